from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.fields import Domain
from odoo.tools import html2plaintext

from ..queries.segment_members import members_on, replace_members, these


class PmmSegment(models.Model):
    """A group of partner companies, from day to day: by hand, by a condition, or by an addon."""

    _name = "pmm.segment"
    _inherit = ["mail.thread"]
    _description = "Partner Segment"
    _order = "sequence, name, id"

    _name_company_unique = models.Constraint(
        "UNIQUE(company_id, name)", "A segment of this company already has this name."
    )

    name = fields.Char(required=True, translate=False, tracking=True)
    sequence = fields.Integer(default=10)
    active = fields.Boolean(
        default=True, help="An archived segment keeps its members and is not renewed any more."
    )
    company_id = fields.Many2one(
        "res.company",
        required=True,
        index=True,
        ondelete="restrict",
        default=lambda self: self.env.company,
    )
    kind = fields.Selection(
        [("manual", "Chosen by hand or by other addons"), ("domain", "By a condition")],
        string="Members are",
        required=True,
        default="manual",
        tracking=True,
    )
    domain = fields.Char(
        string="Condition",
        default="[]",
        tracking=True,
        help="Partner companies for which this holds are members; looked at once a day.",
    )
    description = fields.Text()
    member_ids = fields.One2many("pmm.segment.member", "segment_id", string="Members")
    member_count = fields.Integer(string="Members today", compute="_compute_member_count")

    def _compute_member_count(self):
        for segments in self.grouped("company_id").values():
            counts = dict(
                self.env["pmm.segment.member"]._read_group(
                    Domain("segment_id", "in", segments.ids)
                    & self.env["pmm.segment.member"]._on(segments._today()),
                    ["segment_id"],
                    ["__count"],
                )
            )
            for segment in segments:
                segment.member_count = counts.get(segment, 0)

    @api.onchange("kind")
    def _onchange_kind(self):
        self.domain = self.domain or "[]"

    @api.constrains("kind", "domain")
    def _check_domain(self):
        for segment in self.filtered(lambda segment: segment.kind == "domain"):
            segment._partner_domain()

    @api.constrains("company_id")
    def _check_company_stays(self):
        if moved := self.filtered(lambda s: s.member_ids.company_id - s.company_id):
            raise ValidationError(
                self.env._("“%s” has members: its company stays.", moved[0].display_name)
            )

    @api.ondelete(at_uninstall=False)
    def _unlink_except_past_members(self):
        if self.member_ids.filtered(lambda member: member.date_start < member.segment_id._today()):
            raise UserError(
                self.env._("A segment that has had members cannot be deleted; archive it instead.")
            )

    # === WHO BELONGS === #

    def _today(self):
        """Return the day that it is now where the company sits."""
        zone = self.company_id[:1].partner_id.tz or "UTC"
        return fields.Date.context_today(self.with_context(tz=zone))

    def _partner_domain(self):
        """Return the condition on partners; raise ValidationError where it cannot be read."""
        self.ensure_one()
        domain = self.env["res.partner"]._pmm_condition(self.domain)
        # contacts belong with their company
        companies = Domain("parent_id", "=", False) | Domain("is_company", "=", True)
        return domain & companies & Domain("company_id", "in", [False, self.company_id.id])

    def _members_on(self, day):
        """Return a SELECT (partner_id) of those who are in one of these segments on ``day``."""
        return members_on(self.ids, day)

    def _first_open_days(self):
        """Return {company: day}: before it, every programme that has closed periods is closed.

        Companies in which nothing is closed are left out.
        """
        # members are the same for programmes that the user does not see
        periods = self.env["pmm.period"].sudo()
        closed = periods._read_group(
            [
                ("state", "=", "closed"),
                ("program_id.active", "=", True),
                ("program_id.company_id", "in", self.company_id.ids),
            ],
            ["program_id"],
            ["date_stop:max"],
        )
        firsts = {}
        for program, day in closed:
            firsts[program.company_id] = min(day, firsts.get(program.company_id, day))
        return firsts

    def _set_members(self, partners, day=None):
        """Make ``partners`` the members from ``day`` (default: today) on; for other addons.

        Days before are never touched, so ``day`` may not lie in the past.
        """
        self.ensure_one()
        people = partners.filtered(lambda partner: partner != partner.commercial_partner_id)
        if people:
            raise ValidationError(
                self.env._("%s is a contact. Segments are of companies.", people[0].display_name)
            )
        return self._replace(these(partners.ids), "code", day or self._today())

    def _refresh(self):
        """Let who meets the condition today enter, and the others leave; return how many."""
        changed = 0
        for segment in self.filtered(lambda segment: segment.kind == "domain"):
            # whoever starts it: the segment is of all partners of its company
            partners = self.env["res.partner"].sudo()._search(segment._partner_domain())
            changed += segment._replace(partners.select(), "condition", segment._today())
        return changed

    def _replace(self, partners, origin, day):
        """Do the difference in one statement and mark who entered or left; return how many."""
        self.ensure_one()
        if day < self._today():
            raise UserError(
                self.env._("“%s”: who was a member in the past stays as it was.", self.name)
            )
        self.env.flush_all()
        rows = self.env.execute_query(replace_members(self, partners, origin, day, self.env.uid))
        self.env["pmm.segment.member"].invalidate_model()
        self.invalidate_recordset(["member_ids", "member_count"])
        self._mark_members(self.env["res.partner"].browse(partner_id for [partner_id] in rows))
        return len(rows)

    def _mark_members(self, partners):
        """Note that ``partners`` entered or left one of these; addons that count by segment do."""

    # === ACTIONS === #

    def action_refresh(self):
        """Renew the members of these segments now, and tell how many entered or left."""
        self.check_access("write")
        changed = self._refresh()
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "success",
                "message": self.env._("%s partners entered or left.", changed),
                "next": {"type": "ir.actions.client", "tag": "soft_reload"},
            },
        }

    def _refresh_or_tell(self):
        """Renew this segment; where its condition cannot be read any more, say so once."""
        self.ensure_one()
        try:
            with self.env.cr.savepoint():
                self._refresh()
        except UserError as error:
            # once, not with every call of the schedule
            if str(error)[:60] not in html2plaintext(self.message_ids[:1].body or ""):
                self.message_post(body=str(error))

    @api.model
    def _cron_refresh(self):
        """Renew the segments by condition, one after the other."""
        cron = self.env["ir.cron"]
        segments = self.search([("kind", "=", "domain")])
        cron._commit_progress(remaining=len(segments))
        for number, segment in enumerate(segments, 1):
            segment._refresh_or_tell()
            if not cron._commit_progress(1, remaining=len(segments) - number):
                return
