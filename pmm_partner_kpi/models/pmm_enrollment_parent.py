from itertools import pairwise

from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.tools import format_date

from ..queries.hierarchy import loops


class PmmEnrollmentParent(models.Model):
    """Who stands above an enrolment (distributor, reseller, agent …), from a day until a day."""

    _name = "pmm.enrollment.parent"
    _inherit = ["pmm.dated"]
    _description = "Upline of an Enrolment"
    _order = "enrollment_id, date_start desc, id"

    _start_before_stop = models.Constraint(
        "CHECK(date_stop IS NULL OR date_start < date_stop)", "An upline must end after it starts."
    )
    # deferred: the check below speaks first, with a sentence
    _no_overlap = models.Constraint(
        "EXCLUDE USING gist (int4range(enrollment_id, enrollment_id, '[]') WITH &&,"
        " daterange(date_start, date_stop) WITH &&) DEFERRABLE INITIALLY DEFERRED",
        "An enrolment has one upline at a time.",
    )

    enrollment_id = fields.Many2one(
        "pmm.enrollment", string="Enrolment", required=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(related="enrollment_id.company_id", store=True, index=True)
    parent_id = fields.Many2one(
        "pmm.enrollment",
        string="Upline",
        required=True,
        index=True,
        ondelete="cascade",
        help="The enrolment above, of this or another programme of the same company.",
    )
    date_stop = fields.Date(help="The first day below somebody else; empty while it lasts.")

    @api.constrains("enrollment_id", "parent_id")
    def _check_same_company(self):
        for row in self:
            if row.enrollment_id.company_id != row.parent_id.company_id:
                raise ValidationError(
                    self.env._(
                        "%(enrollment)s and %(parent)s belong to different companies. Choose an"
                        " upline in a programme of the same company.",
                        enrollment=row.enrollment_id.display_name,
                        parent=row.parent_id.display_name,
                    )
                )

    @api.constrains("enrollment_id", "date_start", "date_stop")
    def _check_overlap(self):
        for enrollment, rows in self.enrollment_id.upline_ids.grouped("enrollment_id").items():
            for earlier, later in pairwise(rows.sorted("date_start")):
                if not earlier.date_stop or earlier.date_stop > later.date_start:
                    raise ValidationError(
                        self.env._(
                            "%(enrollment)s would have two uplines on %(day)s. End “%(parent)s”"
                            " on that day first.",
                            enrollment=enrollment.display_name,
                            day=format_date(self.env, later.date_start),
                            parent=earlier.parent_id.partner_id.name,
                        )
                    )

    @api.constrains("enrollment_id", "parent_id", "date_start", "date_stop")
    def _check_loop(self):
        if self.env.su and self.env.context.get("pmm_merge"):
            return  # a merge ends what closes a loop when it is done
        for _row, way in self._find_loops():
            names = [enrollment.partner_id.name for enrollment in way]
            raise ValidationError(
                self.env._(
                    "%(partner)s would stand above itself: %(way)s. Choose another upline, or"
                    " dates that do not meet.",
                    partner=names[0],
                    way=" → ".join(names),
                )
            )

    def _find_loops(self):
        """Return [(row, enrolments from below to above)] of those of these that close a loop."""
        self.env.flush_all()
        found = self.env.execute_query(loops(self.ids))
        # partners of other account managers may be on the way
        Enrollment = self.env["pmm.enrollment"].sudo()
        return [(self.browse(row_id), Enrollment.browse(way)) for row_id, way in found]

    @api.model_create_multi
    def create(self, vals_list):
        rows = super().create(vals_list)
        rows.enrollment_id._mark_above()
        return rows

    def write(self, vals):
        self.enrollment_id._mark_above()
        result = super().write(vals)
        self.enrollment_id._mark_above()
        return result

    def unlink(self):
        self.enrollment_id._mark_above()
        return super().unlink()

    def _end(self, day):
        """Let these uplines end on ``day``; those that would not have begun go."""
        later = self.filtered(lambda row: row.date_start >= day)
        later.unlink()
        (self - later).date_stop = day
