from odoo import api, fields, models
from odoo.fields import Domain

from ..queries.counted_partners import counted_for
from ..queries.hierarchy import at_or_above, below_on

# partners read their enrolments in the portal, not who stands above them
INTERNAL = "pmm_partner_kpi.group_pmm_user,account.group_account_invoice"


class PmmEnrollment(models.Model):
    """Where an enrolment stands: above whom, below whom, in which group."""

    _inherit = "pmm.enrollment"

    upline_ids = fields.One2many(
        "pmm.enrollment.parent", "enrollment_id", string="Uplines", groups=INTERNAL
    )
    parent_today_id = fields.Many2one(
        "pmm.enrollment",
        string="Upline today",
        compute="_compute_parent_today_id",
        search="_search_parent_today_id",
        compute_sudo=True,
        groups=INTERNAL,
    )
    downline_count = fields.Integer(
        string="Downline", compute="_compute_downline_count", groups=INTERNAL
    )
    group_id = fields.Many2one(
        "pmm.partner.group", string="Group today", compute="_compute_group_id", groups=INTERNAL
    )
    group_member_ids = fields.Many2many(
        "pmm.partner.group.member",
        string="Members of the group",
        compute="_compute_group_id",
        groups=INTERNAL,
    )

    @api.depends("upline_ids.parent_id", "upline_ids.date_start", "upline_ids.date_stop")
    def _compute_parent_today_id(self):
        for enrollment in self:
            today = enrollment.program_id._today() if enrollment.program_id else False
            enrollment.parent_today_id = enrollment.upline_ids.filtered(
                lambda row, day=today: row._covers(day)
            ).parent_id[:1]

    def _search_parent_today_id(self, operator, value):
        if operator != "in":
            return self._upline_domain(Domain("parent_id", operator, value))
        domain = self._upline_domain(Domain("parent_id", "in", [p for p in value if p]))
        # "no upline" is asked for as well
        return domain | ~self._upline_domain(Domain.TRUE) if False in value else domain

    def _upline_domain(self, wanted):
        """Return the domain of the enrolments with an upline in the domain ``wanted`` today."""
        return self._today_domain(
            lambda day: Domain("upline_ids", "any", self.env["pmm.dated"]._on(day) & wanted)
        )

    def _compute_downline_count(self):
        below = self._downline_today()
        for enrollment in self:
            enrollment.downline_count = len(below.get(enrollment.id, ()))

    def _downline_today(self):
        """Return {id: ids of all enrolments that run below it today, at any depth}."""
        self.env.flush_all()
        days = {program: program._today() for program in self.program_id}
        known = self.filtered("id")
        found = {}
        for root, below in self.env.execute_query(
            below_on(known.ids, [days[enrollment.program_id] for enrollment in known])
        ):
            found.setdefault(root, []).append(below)
        return found

    @api.depends("partner_id", "program_id")
    def _compute_group_id(self):
        members = self.env["pmm.partner.group.member"].search(
            [("partner_id", "in", self.partner_id.ids), ("company_id", "in", self.company_id.ids)]
        )
        for enrollment in self:
            today = enrollment.program_id._today() if enrollment.program_id else False
            group = members.filtered(
                lambda row, e=enrollment, day=today: (
                    row.partner_id == e.partner_id
                    and row.company_id == e.company_id
                    and row._covers(day)
                )
            ).group_id[:1]
            enrollment.group_id = group
            enrollment.group_member_ids = group.member_ids

    @api.constrains("partner_id")
    def _check_no_loop(self):
        rows = self.env["pmm.enrollment.parent"].search(
            Domain("enrollment_id", "in", self.ids) | Domain("parent_id", "in", self.ids)
        )
        rows._check_loop()

    def unlink(self):
        # those above them, and those below, count something else afterwards
        self.env["pmm.enrollment.parent"].search(
            Domain("enrollment_id", "in", self.ids) | Domain("parent_id", "in", self.ids)
        ).unlink()
        return super().unlink()

    def _mark_dirty(self):
        self._mark_above()
        return super()._mark_dirty()

    def _mark_above(self):
        """Note that the results of these enrolments and of all above them may differ now."""
        if self:
            self.env.flush_all()
            rows = self.env.execute_query(at_or_above(self.ids))
            self.browse(id_ for [id_] in rows)._mark_to_measure()

    def _counted_domain(self, scope, date, start, stop):
        """Return the domain of the credits that count for this enrolment in ``[start, stop)``.

        ``scope`` says whose sales count, ``date`` which of a credit's dates decides.
        """
        former = "origin_former_ref" if date == "origin_date" else "former_ref"
        # an order is booked at a moment, the others count by their day
        program = self.program_id
        moment = program._midnight if date == "booked_at" else lambda day: day
        partners = {}  # mostly one stretch for all, so that the domain stays short
        for partner, *stretch in self._counted_stretches(scope, start, stop):
            partners.setdefault(tuple(stretch), []).append(partner)
        counted = Domain.OR(
            Domain("partner_id", "in", ids)
            & Domain(former, "=", ref)
            & Domain(date, ">=", moment(first))
            & Domain(date, "<", moment(end))
            for (ref, first, end), ids in partners.items()
        )
        # while it is suspended nobody's sales count for it
        return counted & self._suspension_domain(date, moment)

    def _counted_stretches(self, scope, start, stop):
        """Return [(partner id, former number, from, until)] of who counts in ``[start, stop)``."""
        self.ensure_one()
        self.env.flush_all()
        rows = self.env.execute_query(counted_for(scope, self.id))
        clipped = [
            (partner, ref, max(first, start), min(end, stop))
            for _enrollment, partner, ref, first, end in rows
        ]
        return [row for row in clipped if row[2] < row[3]]

    # === ACTIONS === #

    def action_view_downline(self):
        """Return the action that lists the enrolments below these today, at any depth."""
        self.check_access("read")
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "pmm_partner_kpi.pmm_enrollment_action"
        )
        ids = {id_ for below in self._downline_today().values() for id_ in below}
        return action | {
            "display_name": self.env._("Downline"),
            "domain": [("id", "in", sorted(ids))],
            "context": {},
        }
