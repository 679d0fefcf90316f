from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.tools import format_date


class PmmPartnerGroupMember(models.Model):
    """A company is in a group from a day until a day, whether it is enrolled or not."""

    _name = "pmm.partner.group.member"
    _inherit = ["pmm.dated"]
    _description = "Member of a Group of Companies"
    _order = "group_id, date_start, id"
    _rec_name = "partner_id"

    _start_before_stop = models.Constraint(
        "CHECK(date_stop IS NULL OR date_start < date_stop)",
        "A company must leave the group after it joins.",
    )
    # deferred: the check below speaks first, with a sentence
    _no_overlap = models.Constraint(
        "EXCLUDE USING gist (int4range(company_id, company_id, '[]') WITH &&,"
        " int4range(partner_id, partner_id, '[]') WITH &&,"
        " int4range(former_ref, former_ref, '[]') WITH &&,"
        " daterange(date_start, date_stop) WITH &&) DEFERRABLE INITIALLY DEFERRED",
        "A company is in one group at a time.",
    )
    # every credit asks whether its partner is in a group of its company
    _partner_company_idx = models.Index("(partner_id, company_id)")

    group_id = fields.Many2one("pmm.partner.group", required=True, index=True, ondelete="cascade")
    company_id = fields.Many2one(
        related="group_id.company_id", store=True, precompute=True, index=True
    )
    partner_id = fields.Many2one(
        "res.partner",
        string="Member",
        required=True,
        ondelete="restrict",
        domain=[("parent_id", "=", False)],
    )
    former_ref = fields.Integer(
        string="Former number",
        required=True,
        readonly=True,
        default=0,
        copy=False,
        aggregator=None,
        help="The partner that this company was before it was merged into the present one.",
    )
    date_stop = fields.Date(help="The first day outside the group; empty while it belongs to it.")

    @api.constrains("partner_id")
    def _check_commercial_partner(self):
        for member in self:
            partner = member.partner_id
            if partner != partner.commercial_partner_id:
                raise ValidationError(
                    self.env._(
                        "%(contact)s is a contact of %(company)s. Put the company into the group.",
                        contact=partner.name,
                        company=partner.commercial_partner_id.name,
                    )
                )

    @api.constrains("partner_id", "group_id", "date_start", "date_stop")
    def _check_overlap(self):
        # one look for all: a group is often filled in one go
        known = self.search(
            [("partner_id", "in", self.partner_id.ids), ("company_id", "in", self.company_id.ids)]
        ).grouped(lambda row: (row.partner_id, row.company_id, row.former_ref))
        for member in self:
            for other in known[member.partner_id, member.company_id, member.former_ref] - member:
                if member._meets(other):
                    raise ValidationError(
                        self.env._(
                            "%(partner)s is in “%(group)s” from %(day)s. A company is in one group"
                            " at a time: end that membership first.",
                            partner=member.partner_id.name,
                            group=other.group_id.name,
                            day=format_date(self.env, other.date_start),
                        )
                    )

    @api.model_create_multi
    def create(self, vals_list):
        members = super().create(vals_list)
        members._mark_dirty()
        return members

    def write(self, vals):
        self._mark_dirty()
        result = super().write(vals)
        self._mark_dirty()
        return result

    def unlink(self):
        self._mark_dirty()
        return super().unlink()

    def _mark_dirty(self):
        """Note that these companies' credits and the results of the whole group may differ."""
        self.env["pmm.dirty"]._mark("credit_partner", self.partner_id.ids)
        partners = self.partner_id | self.group_id.member_ids.partner_id
        # enrolments of other account managers count them too: the mark carries no figures
        enrollments = self.env["pmm.enrollment"].sudo()
        enrollments.search(
            [("partner_id", "in", partners.ids), ("company_id", "in", self.company_id.ids)]
        )._mark_to_measure()

    def _merge_partner(self, source, partner, day):
        """Hand the memberships of ``source`` to ``partner``: as its own from ``day`` on.

        The days before stay apart from those of ``partner``, which may be in another group.
        """
        own = self.search([("partner_id", "=", partner.id)])
        for row in self.search([("partner_id", "=", source.id)], order="date_start, id"):
            later = {"partner_id": partner.id, "date_start": max(row.date_start, day)}
            goes_on = not row.date_stop or row.date_stop > day
            if row.date_start >= day:
                later = {"partner_id": partner.id}
            free = goes_on and not any(
                other.company_id == row.company_id
                and other.former_ref == 0
                and (not other.date_stop or max(row.date_start, day) < other.date_stop)
                and (not row.date_stop or other.date_start < row.date_stop)
                for other in own
            )
            if row.date_start >= day:
                if free:
                    row.write(later)
                    own |= row
                else:
                    row.unlink()
                continue
            if free:
                own |= row.copy(later | {"date_stop": row.date_stop})
            row.write(
                {
                    "partner_id": partner.id,
                    "former_ref": row.former_ref or source.id,
                    "date_stop": day if goes_on else row.date_stop,
                }
            )
