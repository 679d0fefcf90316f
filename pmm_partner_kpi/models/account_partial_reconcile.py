from odoo import api, models


class AccountPartialReconcile(models.Model):
    _inherit = "account.partial.reconcile"

    @api.model_create_multi
    def create(self, vals_list):
        partials = super().create(vals_list)
        partials._pmm_paid()._pmm_mark_dirty()
        return partials

    def unlink(self):
        paid = self._pmm_paid()
        result = super().unlink()
        paid._pmm_mark_dirty()
        return result

    def _pmm_paid(self):
        """Return what these reconciliations pay, if they are with payments or bank statements."""
        # whoever reconciles need not see all documents
        moves = (self.sudo().debit_move_id | self.sudo().credit_move_id).move_id
        if not any(moves.mapped(lambda move: move._pmm_pays())):
            return moves.browse()
        return moves.filtered(lambda move: move.is_sale_document())
