from odoo.fields import Command

from .common import PmmCommon


class AttributionCommon(PmmCommon):
    """Orders and invoices that several partners are credited with."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.carol, cls.dora = cls.env["res.partner"].create(
            [
                {"name": "Carol & Co", "is_company": True},
                {"name": "Dora Devices", "is_company": True},
            ]
        )
        cls.carol_in, cls.dora_in = cls._enroll(cls.carol), cls._enroll(cls.dora)
        cls.germany, cls.austria = cls.env.ref("base.de"), cls.env.ref("base.at")
        cls.bavaria = cls.env.ref("base.state_de_by")
        cls.berlin = cls.env.ref("base.state_de_be")

    @classmethod
    def _splits(cls, *shares):
        """Return the commands for shares, pairs (partner, percent)."""
        return [Command.create({"partner_id": p.id, "share": share}) for p, share in shares]

    @classmethod
    def _order(cls, partner, *lines, shares=(), confirm=True, **vals):
        """Return an order; a line is a price of a pump, or (product, quantity, price)."""
        lines = [(cls.pump, 1, line) if not isinstance(line, tuple) else line for line in lines]
        order = cls.env["sale.order"].create(
            {
                "partner_id": partner.id,
                "company_id": cls.company.id,
                "pmm_split_ids": cls._splits(*shares),
                "order_line": [
                    Command.create(
                        {
                            "product_id": product.id,
                            "product_uom_qty": quantity,
                            "price_unit": price,
                            "tax_ids": False,
                        }
                    )
                    for product, quantity, price in lines
                ],
                **vals,
            }
        )
        if confirm:
            order.action_confirm()
        return order

    @classmethod
    def _shared(cls, day, amount, *shares, **vals):
        """Return a posted invoice to a stranger, shared by pairs (partner, percent)."""
        return cls._invoice(cls.stranger, day, amount, pmm_split_ids=cls._splits(*shares), **vals)

    @classmethod
    def _territory(cls, partner, **vals):
        """Return a territory of ``partner`` since January: Germany, unless ``vals`` differ."""
        return cls.env["pmm.territory"].create(
            {
                "name": f"Territory of {partner.name}",
                "company_id": cls.company.id,
                "partner_id": partner.id,
                "date_start": "2026-01-01",
                "country_ids": [Command.set(cls.germany.ids)],
                **vals,
            }
        )

    @classmethod
    def _place(cls, country=False, state=False, zip_code=False):
        """Return a customer company at that address."""
        return cls.env["res.partner"].create(
            {
                "name": "Customer",
                "is_company": True,
                "country_id": country and country.id,
                "state_id": state and state.id,
                "zip": zip_code,
            }
        )

    def _credited_with(self, document, role=None):
        """Return {partner's first name: share} of what ``document`` says now."""
        rows = document.sudo().pmm_attribution_ids
        if role:
            rows = rows.filtered(lambda row: row.role == role)
        return {row.partner_id.name.split()[0]: row.share for row in rows}
