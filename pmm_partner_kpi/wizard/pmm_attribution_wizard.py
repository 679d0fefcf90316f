from markupsafe import Markup

from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.fields import Command


class PmmAttributionWizard(models.TransientModel):
    """Changes who is credited with a confirmed order or a posted invoice, with a reason."""

    _name = "pmm.attribution.wizard"
    _description = "Change Who Is Credited"

    order_id = fields.Many2one("sale.order", readonly=True, ondelete="cascade")
    move_id = fields.Many2one("account.move", string="Invoice", readonly=True, ondelete="cascade")
    has_copies = fields.Boolean(compute="_compute_has_copies")
    has_orders = fields.Boolean(compute="_compute_has_copies")
    company_id = fields.Many2one("res.company", compute="_compute_company_id")
    referrer_id = fields.Many2one(
        "res.partner", string="Referred by", domain=[("parent_id", "=", False)]
    )
    line_ids = fields.One2many("pmm.attribution.wizard.line", "wizard_id", string="Shares")
    territory_partner_id = fields.Many2one(
        "res.partner", string="In the territory of", domain=[("parent_id", "=", False)]
    )
    territory_share = fields.Float(string="Share (%)", digits=(16, 2), default=100)
    reason = fields.Char()

    @api.depends("order_id", "move_id")
    def _compute_has_copies(self):
        for wizard in self:
            # that there are any is all that is said of them
            document = wizard._document().sudo()
            wizard.has_copies = bool(
                document.invoice_ids if wizard.order_id else document.reversal_move_ids
            )
            wizard.has_orders = bool(
                wizard.move_id and document.invoice_line_ids.sale_line_ids.order_id
            )

    @api.depends("order_id", "move_id")
    def _compute_company_id(self):
        for wizard in self:
            wizard.company_id = wizard._document().company_id

    def _document(self):
        self.ensure_one()
        return self.order_id or self.move_id

    @api.model
    def _open(self, document):
        """Return a new wizard that shows who is credited with ``document`` now."""
        # managers need not be accountants
        rows = document.sudo().pmm_attribution_ids
        territory = rows.filtered(lambda row: row.role == "territory")[:1]
        shares = (rows - territory).grouped("partner_id")
        return self.create(
            {
                document._pmm_attribution_field(): document.id,
                "referrer_id": document.pmm_referrer_id.id,
                "line_ids": [
                    Command.create({"partner_id": p.id, "share": sum(own.mapped("share"))})
                    for p, own in shares.items()
                ],
                "territory_partner_id": territory.partner_id.id,
                "territory_share": territory.share or 100,
            }
        )

    def action_apply(self):
        """Change the credits of the document and say so, with the reason, in its chatter."""
        self.ensure_one()
        self.check_access("write")
        document = self._document()
        document._pmm_check_manager()
        document.check_access("read")
        if not (self.reason or "").strip():
            raise ValidationError(self.env._("Say why it is changed."))
        shares = {line.partner_id: line.share for line in self.line_ids}
        if len(shares) < len(self.line_ids):
            raise ValidationError(
                self.env._("A partner shares a document once: put its shares into one line.")
            )
        territory = {}
        if self.territory_partner_id:
            territory = {self.territory_partner_id: self.territory_share}
        # managers need not be accountants: who may do this has been checked above
        document = document.sudo()
        changes = document._pmm_correct(self.referrer_id, shares, territory)
        if changes:
            document.message_post(body=self._note(changes), subtype_xmlid="mail.mt_note")
            document._pmm_mark_dirty()
        return {"type": "ir.actions.act_window_close"}

    def _note(self, changes):
        items = Markup().join(
            Markup("<li>%s: %s → %s</li>") % (what, old, new) for what, old, new in changes
        )
        return Markup("<p>%s</p><ul>%s</ul>") % (
            self.env._("Credits changed: %s", self.reason.strip()),
            items,
        )
