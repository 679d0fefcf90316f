from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError

from ..queries.attribution_merge import add_up_shares, repoint_shares
from ..queries.territory_attributions import are_there_territories
from .pmm_attributed import CORRECTION, DOCUMENT


class PmmAttribution(models.Model):
    """A partner is credited with a document besides its buyer, and with this share of it.

    Shares are entered on the draft and fixed with it; territories are written when an order is
    confirmed or an invoice posted. See ``pmm.attributed`` for who may change what.
    """

    _name = "pmm.attribution"
    _description = "Credit Share of a Document"
    _order = "role, share desc, id"
    _rec_name = "partner_id"
    _check_company_auto = True

    _one_document = models.Constraint(
        "CHECK(num_nonnulls(order_id, move_id) = 1)",
        "A share belongs to an order or to an invoice.",
    )
    _share_positive = models.Constraint(
        "CHECK(share > 0)", "A share must be more than 0 %. Delete the line instead."
    )
    _territory_idx = models.Index("(id) WHERE role = 'territory'")  # whether there are any
    _once_per_order = models.UniqueIndex(
        "(order_id, role, partner_id, COALESCE(former_refs, '[]')) WHERE order_id IS NOT NULL",
        "A partner shares a document once: put its shares into one line.",
    )
    _once_per_move = models.UniqueIndex(
        "(move_id, role, partner_id, COALESCE(former_refs, '[]')) WHERE move_id IS NOT NULL",
        "A partner shares a document once: put its shares into one line.",
    )

    order_id = fields.Many2one("sale.order", index="btree_not_null", ondelete="cascade")
    move_id = fields.Many2one(
        "account.move", string="Invoice", index="btree_not_null", ondelete="cascade"
    )
    company_id = fields.Many2one(
        "res.company", compute="_compute_company_id", store=True, precompute=True
    )
    role = fields.Selection(
        [("split", "Shared sale"), ("territory", "Territory")], required=True, default="split"
    )
    partner_id = fields.Many2one(
        "res.partner",
        required=True,
        index=True,
        ondelete="restrict",
        check_company=True,
        domain=[("parent_id", "=", False)],
    )
    share = fields.Float(
        string="Share (%)",
        required=True,
        digits=(16, 2),
        help="So much of the document counts for this partner; the buyer's own credit stays whole.",
    )
    territory_id = fields.Many2one(
        "pmm.territory", readonly=True, index="btree_not_null", ondelete="restrict"
    )
    # whose a share was before merges of partners, [[number, until when], …]
    former_refs = fields.Json(string="Former partner number", readonly=True, copy=False)

    @api.depends("order_id.company_id", "move_id.company_id")
    def _compute_company_id(self):
        for row in self:
            row.company_id = row.order_id.company_id or row.move_id.company_id

    @api.constrains("partner_id")
    def _check_commercial_partner(self):
        for partner in self.partner_id:
            if partner != partner.commercial_partner_id:
                raise ValidationError(
                    self.env._(
                        "%(contact)s is a contact. Credit its company %(company)s.",
                        contact=partner.name,
                        company=partner.commercial_partner_id.name,
                    )
                )

    @api.constrains("move_id")
    def _check_customer_document(self):
        for move in self.move_id:
            if move.move_type not in ("out_invoice", "out_refund"):
                raise ValidationError(
                    self.env._(
                        "%s is no customer document, so nobody shares it.", move.display_name
                    )
                )

    @api.constrains("share", "role", "order_id", "move_id")
    def _check_total(self):
        if self.env.context.get("pmm_credits") not in (CORRECTION, DOCUMENT):
            self.order_id._check_pmm_shares()
            self.move_id._check_pmm_shares()

    @api.model_create_multi
    def create(self, vals_list):
        vals_list = [self._without_false_former(vals) for vals in vals_list]
        rows = super().create(vals_list)
        rows._check_changeable()
        return rows

    def _without_false_former(self, vals):
        """Return ``vals`` without former numbers, unless the invoice that it reverses has them."""
        # said in any case: a value may come from the caller's context, too
        if not vals.get("former_refs"):
            return vals | {"former_refs": False}
        move = self.env["account.move"].browse(vals.get("move_id") or [])
        # who reverses an invoice need not see who shares it
        reversed_rows = move.sudo().reversed_entry_id.pmm_split_ids
        if any(
            row.partner_id.id == vals.get("partner_id") and row.former_refs == vals["former_refs"]
            for row in reversed_rows
        ):
            return vals
        return vals | {"former_refs": False}

    def write(self, vals):
        # only a merge of partners says whose a share was
        vals = {name: value for name, value in vals.items() if name != "former_refs"}
        self._check_changeable()
        result = super().write(vals)
        self._check_changeable()  # now perhaps of another document
        return result

    @api.ondelete(at_uninstall=False)
    def _unlink_except_closed(self):
        self._check_changeable()

    def _check_changeable(self):
        """Raise unless these rows are shares of drafts that the user may edit."""
        if self.env.context.get("pmm_credits") is CORRECTION:
            return
        documents = [records for records in (self.order_id, self.move_id) if records]
        if not self.env.su:
            for document in documents:
                document.check_access("write")
            if "territory" in self.mapped("role"):
                raise UserError(
                    self.env._(
                        "The territory follows from the delivery address. Programme managers"
                        " correct it with “Partners ▸ Change credits”."
                    )
                )
        for document in documents:
            document._pmm_check_open()

    # === TERRITORIES === #

    @api.model
    def _are_there_territories(self):
        """Return whether anybody has a territory or had one; else posting takes no time for it."""
        for model in ("pmm.territory", "pmm.attribution"):
            self.env[model].flush_model()
        [[found]] = self.env.execute_query(are_there_territories())
        return found

    @api.model
    def _replace_territories(self, documents, forget, give):
        """Run two statements of ``queries/territory_attributions`` on ``documents``."""
        if not self._are_there_territories():
            return
        documents.flush_recordset()
        for model, names in (
            ("account.move.line", ["move_id"]),
            ("sale.order.line", ["order_id"]),
            ("res.partner", ["commercial_partner_id", "country_id", "state_id", "zip", "tz"]),
            ("pmm.territory", None),
            ("pmm.attribution", None),
        ):
            self.env[model].flush_model(names)
        self.env.cr.execute(forget)
        self.env.cr.execute(give)
        self.invalidate_model()
        documents.invalidate_recordset(
            ["pmm_attribution_ids", "pmm_territory_id", "pmm_territory_partner_id"], flush=False
        )

    @api.model
    def _merge_partner(self, source, partner, day):
        """Hand the shares of ``source`` to ``partner``; where both share a draft, add up."""
        self.flush_model()
        rows = self.env.execute_query(add_up_shares(source, partner))
        self.env.cr.execute(repoint_shares(source, partner, day))
        self.env.invalidate_all()
        self.env["sale.order"].browse({order for order, _move in rows if order})._pmm_mark_dirty()
        self.env["account.move"].browse({move for _order, move in rows if move})._pmm_mark_dirty()
