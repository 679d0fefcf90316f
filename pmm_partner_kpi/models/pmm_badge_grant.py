from odoo import api, fields, models
from odoo.exceptions import UserError


class PmmBadgeGrant(models.Model):
    """A badge that an enrolment has. Written by the system only, never changed."""

    _name = "pmm.badge.grant"
    _description = "Granted Badge"
    _order = "granted_on desc, id desc"
    _rec_name = "badge_id"
    _log_access = False

    _one_each = models.UniqueIndex(
        "(badge_id, enrollment_id, (COALESCE(period_id, 0)), (COALESCE(contest_id, 0)))",
        "A badge is granted once for the same.",
    )
    _only_once = models.UniqueIndex(
        "(badge_id, enrollment_id) WHERE is_once", "This badge is granted once."
    )

    badge_id = fields.Many2one("pmm.badge", required=True, readonly=True, ondelete="restrict")
    enrollment_id = fields.Many2one(
        "pmm.enrollment",
        string="Enrolment",
        required=True,
        readonly=True,
        index=True,
        ondelete="cascade",
    )
    partner_id = fields.Many2one(
        "res.partner", required=True, readonly=True, index=True, ondelete="restrict"
    )
    user_id = fields.Many2one(related="enrollment_id.user_id", string="Account manager")
    program_id = fields.Many2one(
        "pmm.program", string="Programme", required=True, readonly=True, ondelete="restrict"
    )
    company_id = fields.Many2one(
        "res.company", required=True, readonly=True, index=True, ondelete="restrict"
    )
    period_id = fields.Many2one("pmm.period", readonly=True, ondelete="restrict")
    contest_id = fields.Many2one("pmm.contest", readonly=True, ondelete="restrict")
    is_once = fields.Boolean(readonly=True)
    granted_on = fields.Date(required=True, readonly=True)

    @api.model_create_multi
    def create(self, vals_list):  # pylint: disable=method-required-super  # it never gets there
        raise UserError(self._by_system_sentence())

    def write(self, vals):  # pylint: disable=method-required-super  # it never gets there
        raise UserError(self._by_system_sentence())

    @api.ondelete(at_uninstall=False)
    def _unlink_never(self):
        raise UserError(self._by_system_sentence())

    def _by_system_sentence(self):
        return self.env._("Badges are granted by the system only, and stay.")

    def _cause(self):
        """Return for what it was granted, as partners read it; nothing for a tier."""
        self.ensure_one()
        if self.contest_id:
            return self.contest_id.name
        return self.period_id._title() if self.period_id else False
