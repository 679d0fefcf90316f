import re

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError


class PmmTerritory(models.Model):
    """What is delivered into an area is credited to a partner, from a day until a day."""

    _name = "pmm.territory"
    _description = "Territory"
    _inherit = ["mail.thread"]
    _order = "sequence, name, id"
    _check_company_auto = True

    _start_before_stop = models.Constraint(
        "CHECK(date_stop IS NULL OR date_start < date_stop)",
        "A territory must end after it begins.",
    )
    _share_in_range = models.Constraint(
        "CHECK(share > 0 AND share <= 100)", "The share must be more than 0 % and at most 100 %."
    )

    name = fields.Char(required=True, translate=True)
    sequence = fields.Integer(
        default=10, help="Decides between two territories that are equally specific."
    )
    company_id = fields.Many2one(
        "res.company", required=True, index=True, default=lambda self: self.env.company
    )
    partner_id = fields.Many2one(
        "res.partner",
        required=True,
        index=True,
        ondelete="restrict",
        tracking=True,
        check_company=True,
        domain=[("parent_id", "=", False)],
        help="Is credited with what is delivered there, besides the buyer.",
    )
    share = fields.Float(
        string="Share (%)",
        required=True,
        default=100,
        digits=(16, 2),
        tracking=True,
        help="So much of each sale counts for the partner.",
    )
    date_start = fields.Date(
        string="From", required=True, default=fields.Date.context_today, tracking=True
    )
    date_stop = fields.Date(
        string="Ends before", tracking=True, help="The first day on which it holds no longer."
    )
    country_ids = fields.Many2many(
        "res.country",
        "pmm_territory_country_rel",
        "territory_id",
        "country_id",
        string="Countries",
        tracking=True,
        help="Empty: all countries. Where two territories of a company contain an address, the more"
        " specific one holds: postal codes before states before countries, then the order of the"
        " list.",
    )
    state_ids = fields.Many2many(
        "res.country.state",
        "pmm_territory_state_rel",
        "territory_id",
        "state_id",
        string="States",
        tracking=True,
        domain="[('country_id', 'in', country_ids)] if country_ids else []",
        help="Only these states; empty: all of the countries.",
    )
    zip_prefixes = fields.Char(
        string="Postal codes",
        tracking=True,
        help="Only addresses whose postal code begins with one of these, e.g. 80, 81, 82. Spaces"
        " and hyphens do not matter.",
    )
    note = fields.Text()

    @api.constrains("partner_id")
    def _check_commercial_partner(self):
        for partner in self.partner_id:
            if partner != partner.commercial_partner_id:
                raise ValidationError(
                    self.env._(
                        "%(contact)s is a contact. Give the territory to its company %(company)s.",
                        contact=partner.name,
                        company=partner.commercial_partner_id.name,
                    )
                )

    @api.constrains("country_ids", "state_ids", "zip_prefixes")
    def _check_area(self):
        for territory in self:
            countries, states = territory.country_ids, territory.state_ids
            if countries and states:
                if odd := states - countries.state_ids:
                    raise ValidationError(
                        self.env._(
                            "%(state)s is not in the countries of “%(territory)s”. Add %(country)s"
                            " or take the state out.",
                            state=odd[0].name,
                            territory=territory.name,
                            country=odd[0].country_id.name,
                        )
                    )
                if odd := countries - states.country_id:
                    raise ValidationError(
                        self.env._(
                            "“%(territory)s” names states, but none of %(country)s, so nothing"
                            " there would belong to it. Make a territory of its own for it.",
                            territory=territory.name,
                            country=odd[0].name,
                        )
                    )
            if territory.zip_prefixes and not countries and not states:
                raise ValidationError(
                    self.env._("Say in which countries or states these postal codes are.")
                )

    @api.model_create_multi
    def create(self, vals_list):
        return super().create([self._clean(vals) for vals in vals_list])

    def write(self, vals):
        return super().write(self._clean(vals))

    @api.model
    def _clean(self, vals):
        """Return ``vals`` with the postal codes as they are compared: 80, SW1A."""
        if not vals.get("zip_prefixes"):
            return {**vals, "zip_prefixes": False} if "zip_prefixes" in vals else vals
        found = (re.sub(r"[^A-Z0-9]", "", part) for part in self._split_codes(vals["zip_prefixes"]))
        codes = sorted({code for code in found if code})
        return {**vals, "zip_prefixes": ", ".join(codes) or False}

    @api.model
    def _split_codes(self, text):
        return re.split(r"[,;\n]", text.upper())

    @api.ondelete(at_uninstall=False)
    def _unlink_except_credited(self):
        # whatever the user may see: the documents count
        rows = self.env["pmm.attribution"].sudo()
        if row := rows.search([("territory_id", "in", self.ids)], limit=1):
            raise UserError(
                self.env._(
                    "Documents are credited by “%s”. Instead of deleting it, end it (“Ends"
                    " before”).",
                    row.territory_id.name,
                )
            )
