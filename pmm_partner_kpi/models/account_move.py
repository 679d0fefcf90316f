from odoo import api, fields, models

from ..queries.dirty_marks import mark_paid_documents

# what of a document decides on its credits; lines change only while it is a draft
CREDIT_FIELDS = {
    "state",
    "partner_id",
    "partner_shipping_id",
    "commercial_partner_id",
    "invoice_date",
    "invoice_user_id",
    "team_id",
    "pmm_referrer_id",
    "reversed_entry_id",
}
# what of a payment's or statement line's entry decides on what it pays
PAYMENT_FIELDS = {"state", "date"}


class AccountMove(models.Model):
    _inherit = "account.move"

    # what a partner was sold, when one partner is credited at once
    _pmm_commercial_partner_idx = models.Index("(commercial_partner_id)")

    pmm_referrer_id = fields.Many2one(
        "res.partner",
        string="Referred by",
        index="btree_not_null",
        ondelete="restrict",
        domain=[("parent_id", "=", False)],
        groups="base.group_user",  # the buyer's portal users need not know who referred it
        tracking=True,
        help="The partner who brought this sale; it is credited beside the buyer.",
    )
    pmm_credit_count = fields.Integer(
        string="Sales credits",
        compute="_compute_pmm_credit_count",
        groups="pmm_partner_kpi.group_pmm_user",
    )

    def _compute_pmm_credit_count(self):
        counts = self.env["pmm.credit"]._count_of_documents(self)
        for move in self:
            move.pmm_credit_count = counts.get(move.id, 0)

    @api.constrains("pmm_referrer_id", "partner_id")
    def _check_pmm_referrer(self):
        for move in self.filtered("pmm_referrer_id"):
            self.env["res.partner"]._check_pmm_referrer(
                move.pmm_referrer_id, move.commercial_partner_id
            )

    @api.model_create_multi
    def create(self, vals_list):
        moves = super().create(vals_list)
        moves.filtered(lambda move: move.state == "posted")._pmm_mark_dirty()
        return moves

    def write(self, vals):
        if not (CREDIT_FIELDS | PAYMENT_FIELDS) & vals.keys():
            return super().write(vals)
        posted_before = self.filtered(lambda move: move.state == "posted")
        result = super().write(vals)
        touched = posted_before | self.filtered(lambda move: move.state == "posted")
        if CREDIT_FIELDS & vals.keys():
            touched._pmm_mark_dirty()
        if PAYMENT_FIELDS & vals.keys():
            touched._pmm_mark_paid()
        return result

    def _post(self, soft=True):
        posted = super()._post(soft)
        if sold := posted.filtered(lambda move: move.is_sale_document()):
            self.env["account.move.line"]._pmm_note_costs(sold)
        return posted

    def _pmm_mark_dirty(self):
        """Note that the credits of these customer documents must be compared again."""
        documents = self.filtered(lambda move: move.is_sale_document())
        # a credit note is credited with its invoice's date, so it goes with the invoice
        self.env["pmm.dirty"]._mark("credit_move", (documents | documents.reversal_move_ids).ids)

    def _pmm_mark_paid(self):
        """Note that what these payments and statement lines pay must be compared again."""
        # whoever changes an entry need not see payments
        payers = self.sudo().filtered(lambda move: move._pmm_pays())
        if payers:
            self.env.flush_all()
            self.env.cr.execute(mark_paid_documents(payers.ids))

    def _pmm_pays(self):
        return bool(self.origin_payment_id or self.statement_line_id)

    def action_view_pmm_credits(self):
        """Return the action that lists the sales credits of this document."""
        self.check_access("read")
        return self.env["pmm.credit"]._action_of_documents(self)
