from datetime import date
from itertools import pairwise

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.tools import format_date


class PmmSegmentMember(models.Model):
    """A partner company in a segment, from a day until a day."""

    _name = "pmm.segment.member"
    _inherit = ["pmm.dated"]
    _description = "Member of a Segment"
    _order = "segment_id, date_start desc, id desc"
    _rec_name = "partner_id"

    _start_before_stop = models.Constraint(
        "CHECK(date_stop IS NULL OR date_start < date_stop)",
        "A membership must end after it starts.",
    )
    # deferred: the check below speaks first, with a sentence
    _no_overlap = models.Constraint(
        "EXCLUDE USING gist (int4range(segment_id, segment_id, '[]') WITH &&,"
        " int4range(partner_id, partner_id, '[]') WITH &&,"
        " int4range(former_ref, former_ref, '[]') WITH &&,"
        " daterange(date_start, date_stop) WITH &&) DEFERRABLE INITIALLY DEFERRED",
        "This partner is already in this segment at that time.",
    )
    # rewards ask for each credit whether its partner is in the segment
    _partner_idx = models.Index("(partner_id, segment_id, date_start)")

    segment_id = fields.Many2one("pmm.segment", required=True, index=True, ondelete="cascade")
    company_id = fields.Many2one(related="segment_id.company_id", store=True, index=True)
    partner_id = fields.Many2one(
        "res.partner", required=True, ondelete="cascade", domain=[("parent_id", "=", False)]
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
    date_stop = fields.Date(help="The first day outside the segment; empty while it lasts.")
    origin = fields.Selection(
        [("manual", "By hand"), ("condition", "By the condition"), ("code", "By another addon")],
        string="How",
        required=True,
        default="manual",
        readonly=True,
    )

    @api.constrains("partner_id")
    def _check_commercial_partner(self):
        for member in self:
            partner = member.partner_id
            if partner != partner.commercial_partner_id:
                raise ValidationError(
                    self.env._(
                        "%(contact)s is a contact of %(company)s. Choose the company.",
                        contact=partner.name,
                        company=partner.commercial_partner_id.name,
                    )
                )

    @api.constrains("segment_id", "partner_id", "date_start", "date_stop")
    def _check_overlap(self):
        near = self.search(
            [
                ("segment_id", "in", self.segment_id.ids),
                ("partner_id", "in", self.partner_id.ids),
            ]
        )
        for (segment, partner, _former), members in near.grouped(
            lambda member: (member.segment_id, member.partner_id, member.former_ref)
        ).items():
            for earlier, later in pairwise(members.sorted("date_start")):
                if not earlier.date_stop or earlier.date_stop > later.date_start:
                    raise ValidationError(
                        self.env._(
                            "%(partner)s is already in “%(segment)s” on %(day)s. End that"
                            " membership first, or choose other days.",
                            partner=partner.name,
                            segment=segment.name,
                            day=format_date(self.env, later.date_start),
                        )
                    )

    @api.model_create_multi
    def create(self, vals_list):
        members = super().create(vals_list)
        members._check_by_hand()
        members._check_open_days({member: member.date_start for member in members})
        members._mark()
        return members

    def write(self, vals):
        self._check_by_hand()
        self._mark()
        before = {member: member._extent() for member in self}
        result = super().write(vals)
        self._check_by_hand()
        self._check_open_days(
            {member: member._first_change(*extent) for member, extent in before.items()}
        )
        self._mark()
        return result

    def unlink(self):
        self._check_by_hand()
        self._check_open_days({member: member.date_start for member in self})
        self._mark()
        return super().unlink()

    def _check_by_hand(self):
        """Leave the members of a condition to the condition."""
        fixed = self.segment_id.filtered(lambda segment: segment.kind == "domain")
        if fixed and not self.env.su:
            raise UserError(
                self.env._(
                    "The members of “%s” follow from its condition. Change the condition, or"
                    " press “Renew members”.",
                    fixed[0].name,
                )
            )

    def _extent(self):
        self.ensure_one()
        return (self.segment_id, self.partner_id), self.date_start, self.date_stop

    def _first_change(self, who, start, stop):
        """Return the first day on which this differs from what it was, or None."""
        now, new_start, new_stop = self._extent()
        if now != who or new_start != start:
            return min(start, new_start)
        return None if new_stop == stop else min(stop or date.max, new_stop or date.max)

    def _check_open_days(self, changes):
        """Raise UserError where {member: day} changes what closed periods were counted by."""
        if self.env.su:
            return
        firsts = self.segment_id._first_open_days()
        for member, day in changes.items():
            first = firsts.get(member.company_id)
            if day and first and day < first:
                raise UserError(
                    self.env._(
                        "%(partner)s in “%(segment)s”: periods before %(day)s are closed, and who"
                        " was a member then stays as it was. Choose that day or a later one.",
                        partner=member.partner_id.name,
                        segment=member.segment_id.name,
                        day=format_date(self.env, first),
                    )
                )

    def _mark(self):
        for segment, members in self.grouped("segment_id").items():
            segment._mark_members(members.partner_id)

    @api.model
    def _merge_partner(self, source, partner, day):
        """Hand the memberships of ``source`` to ``partner``: as its own from ``day`` on.

        The days before stay apart: what ``source`` earned as a member stays earned.
        """
        own = self.search([("partner_id", "=", partner.id), ("former_ref", "=", 0)])
        for row in self.search([("partner_id", "=", source.id)], order="date_start, id"):
            start = max(row.date_start, day)
            goes_on = not row.date_stop or start < row.date_stop
            free = goes_on and not own.filtered(
                lambda other, row=row, start=start: (
                    other.segment_id == row.segment_id
                    and (not other.date_stop or start < other.date_stop)
                    and (not row.date_stop or other.date_start < row.date_stop)
                )
            )
            if free and row.date_start < day:
                own |= row.copy({"partner_id": partner.id, "date_start": day})
            if row.date_start < day:
                row.write(
                    {
                        "partner_id": partner.id,
                        "former_ref": row.former_ref or source.id,
                        "date_stop": day if goes_on else row.date_stop,
                    }
                )
            elif free:
                row.partner_id = partner
                own |= row
            else:
                row.unlink()
