from odoo import api, fields, models

from ..queries.territory_attributions import attribute_moves, forget_territories
from .sale_order_attribution import GROUPS


class AccountMove(models.Model):
    """Who is credited with an invoice besides its buyer."""

    _name = "account.move"
    _inherit = ["account.move", "pmm.attributed"]
    _pmm_closed_state = "posted"

    pmm_attribution_ids = fields.One2many(
        "pmm.attribution", "move_id", string="Credited partners", copy=False, groups=GROUPS
    )
    pmm_split_ids = fields.One2many(
        "pmm.attribution",
        "move_id",
        string="Shares",
        copy=False,  # copy_data() does
        domain=[("role", "=", "split")],
        groups=GROUPS,
    )
    pmm_territory_id = fields.Many2one(groups=GROUPS)
    pmm_territory_partner_id = fields.Many2one(groups=GROUPS)
    # only for the time between _prepare_invoice() and the invoice: what orders are grouped by
    pmm_attribution_key = fields.Char(store=False, exportable=False, groups="base.group_user")

    @api.depends("pmm_attribution_ids.partner_id", "pmm_attribution_ids.territory_id")
    def _compute_pmm_territory(self):
        return super()._compute_pmm_territory()

    @api.constrains("pmm_split_ids")
    def _check_pmm_split_ids(self):
        self._check_pmm_shares()

    def _pmm_is_open(self):
        return self.state == "draft"

    @api.model_create_multi
    def create(self, vals_list):
        moves = super().create(vals_list)
        moves._pmm_check_created()
        moves.filtered(lambda move: move.state == "posted")._pmm_find_territories()
        return moves

    def write(self, vals):
        return self._pmm_write(vals, lambda moves: super().write(vals))

    def copy_data(self, default=None):
        vals_list = super().copy_data(default)
        for move, vals in zip(self, vals_list, strict=True):
            if move.is_sale_document():
                move._pmm_copy_splits(vals)
        return vals_list

    def _pmm_find_territories(self):
        """Credit whoever has the delivery address in its territory on the day of the invoice.

        Credit notes go with their invoice, invoices of orders with the order.
        """
        documents = self.filtered(lambda move: move.is_sale_document())
        if not documents:
            return
        self.env["pmm.attribution"]._replace_territories(
            documents, forget_territories("move_id", documents.ids), attribute_moves(documents.ids)
        )
