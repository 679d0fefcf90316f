from odoo import api, fields, models
from odoo.exceptions import UserError


class PmmPartnerGroup(models.Model):
    """Companies that belong together: a KPI may count them as one."""

    _name = "pmm.partner.group"
    _inherit = ["mail.thread"]
    _description = "Group of Partner Companies"
    _order = "name, id"

    name = fields.Char(required=True, tracking=True)
    active = fields.Boolean(
        default=True, help="An archived group goes on counting; end its members to stop that."
    )
    company_id = fields.Many2one(
        "res.company",
        required=True,
        index=True,
        ondelete="restrict",
        default=lambda self: self.env.company,
    )
    member_ids = fields.One2many("pmm.partner.group.member", "group_id", string="Members")
    today_partner_ids = fields.Many2many(
        "res.partner", string="Members today", compute="_compute_today_partner_ids"
    )
    note = fields.Text()

    @api.depends("member_ids.partner_id", "member_ids.date_start", "member_ids.date_stop")
    def _compute_today_partner_ids(self):
        for group in self:
            # the day that it is where the company sits, as in a segment
            zone = group.company_id.partner_id.tz or "UTC"
            today = fields.Date.context_today(group.with_context(tz=zone))
            members = group.member_ids.filtered(lambda row, day=today: row._covers(day))
            group.today_partner_ids = members.partner_id

    def write(self, vals):
        if "company_id" in vals:
            moved = self.filtered(lambda group: group.company_id.id != vals["company_id"])
            if moved.member_ids:
                raise UserError(
                    self.env._(
                        "“%(group)s” has members; its company stays. Make a group of the other"
                        " company instead.",
                        group=moved.member_ids[0].group_id.name,
                    )
                )
        return super().write(vals)

    def unlink(self):
        # members go one by one, so that what they counted for is looked at
        self.member_ids.unlink()
        return super().unlink()
