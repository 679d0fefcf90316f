from itertools import pairwise

from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.tools import format_date


class PmmEnrollmentSuspension(models.Model):
    """From a day until a day nothing counts for an enrolment that goes on otherwise."""

    _name = "pmm.enrollment.suspension"
    _inherit = ["pmm.dated"]
    _description = "Suspension of an Enrolment"
    _order = "enrollment_id, date_start desc, id"

    _start_before_stop = models.Constraint(
        "CHECK(date_stop IS NULL OR date_start < date_stop)",
        "A suspension must end after it starts.",
    )
    # deferred: the check below speaks first, with a sentence
    _no_overlap = models.Constraint(
        "EXCLUDE USING gist (int4range(enrollment_id, enrollment_id, '[]') WITH &&,"
        " daterange(date_start, date_stop) WITH &&) DEFERRABLE INITIALLY DEFERRED",
        "An enrolment is suspended once at a time.",
    )

    enrollment_id = fields.Many2one(
        "pmm.enrollment", string="Enrolment", required=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(related="enrollment_id.company_id", store=True, index=True)
    date_stop = fields.Date(
        help="The first day on which the partner takes part again; empty while it lasts."
    )
    reason = fields.Char(required=True)

    @api.depends("date_start", "date_stop")
    def _compute_display_name(self):
        for suspension in self:
            start = format_date(self.env, suspension.date_start)
            stop = format_date(self.env, suspension.date_stop) or "…"
            suspension.display_name = f"{start} – {stop}"

    @api.constrains("enrollment_id", "date_start", "date_stop")
    def _check_dates(self):
        for enrollment, known in self.enrollment_id.suspension_ids.grouped("enrollment_id").items():
            for earlier, later in pairwise(known.sorted("date_start")):
                if not earlier.date_stop or earlier.date_stop > later.date_start:
                    raise ValidationError(
                        self.env._(
                            "%(enrollment)s would be suspended twice on %(day)s. Change the"
                            " suspension from %(start)s instead.",
                            enrollment=enrollment.display_name,
                            day=format_date(self.env, later.date_start),
                            start=format_date(self.env, earlier.date_start),
                        )
                    )

    def _check_open(self, *days):
        """Refuse where one of ``days``, the first that change, lies in a closed period."""
        for suspension in self:
            suspension.enrollment_id._check_open_days(*days or [suspension.date_start])

    @api.model_create_multi
    def create(self, vals_list):
        suspensions = super().create(vals_list)
        suspensions._check_open()
        suspensions.enrollment_id._mark_dirty()
        suspensions.enrollment_id._tiers_changed()
        return suspensions

    def write(self, vals):
        if not {"date_start", "date_stop", "enrollment_id"} & vals.keys():
            return super().write(vals)
        enrollments = self.enrollment_id
        for suspension in self:
            suspension._check_open(*suspension._first_changed_days(vals))
        result = super().write(vals)
        (enrollments | self.enrollment_id)._mark_dirty()
        (enrollments | self.enrollment_id)._tiers_changed()
        return result

    @api.ondelete(at_uninstall=False)
    def _unlink_except_closed(self):
        self._check_open()

    def unlink(self):
        enrollments = self.enrollment_id
        result = super().unlink()
        enrollments._mark_dirty()
        enrollments._tiers_changed()
        return result

    def _first_changed_days(self, vals):
        """Return the first day that ``vals`` suspend or release at each end."""
        self.ensure_one()
        if "enrollment_id" in vals:
            return [self.date_start]
        days = []
        for name in {"date_start", "date_stop"} & vals.keys():
            before, after = self[name], fields.Date.to_date(vals[name])
            if before != after:
                # an open end lies behind every day
                days.append(min(filter(None, (before, after))))
        return days
