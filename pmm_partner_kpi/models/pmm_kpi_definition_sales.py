from odoo import api, fields, models
from odoo.exceptions import ValidationError


class PmmKpiDefinition(models.Model):
    """What the sources over sales credits ask for besides the sales themselves."""

    _inherit = "pmm.kpi.definition"

    source = fields.Selection(
        selection_add=[
            ("margin", "Margin"),
            ("margin_rate", "Margin in % of sales"),
            ("orders", "Number of orders or invoices"),
            ("average_order", "Average order or invoice"),
            ("largest_order", "Largest order or invoice"),
            ("smallest_order", "Smallest order or invoice"),
            ("assortment", "Assortment: how many different ones"),
            ("new_customers", "New customers"),
            ("returns_rate", "Returns in % of sales"),
            ("coverage", "Geography coverage"),
        ],
        ondelete={
            "margin": "cascade",
            "margin_rate": "cascade",
            "orders": "cascade",
            "average_order": "cascade",
            "largest_order": "cascade",
            "smallest_order": "cascade",
            "assortment": "cascade",
            "new_customers": "cascade",
            "returns_rate": "cascade",
            "coverage": "cascade",
        },
    )
    distinct_by = fields.Selection(
        [
            ("product", "Products"),
            ("category", "Product categories"),
            ("customer", "Customers"),
        ],
        string="Different",
        required=True,
        default="product",
        tracking=True,
        help="Each product, category or customer counts once, however often it was sold to.",
    )
    coverage_by = fields.Selection(
        [("country", "Countries"), ("state", "States")],
        string="Sold to different",
        required=True,
        default="country",
        tracking=True,
        help="By the delivery address of the document.",
    )
    coverage_country_ids = fields.Many2many(
        "res.country",
        string="Countries wanted",
        tracking=True,
        help="Only these count; empty: all countries.",
    )
    coverage_state_ids = fields.Many2many(
        "res.country.state",
        string="States wanted",
        tracking=True,
        help="Only these count; empty: all states.",
    )
    coverage_in_percent = fields.Boolean(
        string="In % of those wanted",
        tracking=True,
        help="5 of 8 countries wanted are 62.5 %, instead of 5.",
    )
    is_internal = fields.Boolean(
        string="Not in the portal",
        compute="_compute_is_internal",
        store=True,
        readonly=False,
        recursive=True,
        tracking=True,
        help="Partners do not see targets and results of this KPI, nor where they stand in tiers"
        " that ask for it. Proposed for margins, which would tell them what we earn.",
    )
    has_returns = fields.Boolean(compute="_compute_has_returns")

    @api.depends("source")
    def _compute_is_internal(self):
        for kpi in self:
            kpi.is_internal = bool(kpi.source) and kpi._source()._is_internal(kpi)

    @api.depends("source", "stage")
    def _compute_has_returns(self):
        for kpi in self:
            kpi.has_returns = bool(
                kpi.source
                and kpi.stage == "invoiced"
                and kpi._source()._counts_credits(kpi)
                and kpi._source()._counts_returns(kpi)
            )

    @api.depends("coverage_in_percent")
    def _compute_unit(self):
        return super()._compute_unit()

    @api.constrains(
        "distinct_by",
        "role",
        "coverage_by",
        "coverage_country_ids",
        "coverage_state_ids",
        "coverage_in_percent",
    )
    def _check_sales(self):
        for kpi in self:
            kpi._source()._check(kpi)

    @api.model
    def _measured_by(self):
        return super()._measured_by() | {
            "distinct_by",
            "coverage_by",
            "coverage_country_ids",
            "coverage_state_ids",
            "coverage_in_percent",
        }

    # === ACTIONS === #

    def action_view_measurements(self):
        """Return the action that shows the results of these KPIs."""
        return self._view_of("pmm_partner_kpi.pmm_kpi_measurement_action")

    def action_view_targets(self):
        """Return the action that shows the targets for these KPIs."""
        return self._view_of("pmm_partner_kpi.pmm_kpi_target_action")

    def _view_of(self, xmlid):
        self.check_access("read")
        action = self.env["ir.actions.act_window"]._for_xml_id(xmlid)
        return action | {"domain": [("kpi_id", "in", self.ids)]}

    # === SALES CREDITS === #

    def _coverage_wanted(self):
        """Return the countries or states that are wanted; none where all count."""
        self.ensure_one()
        if self.coverage_by == "state":
            return self.coverage_state_ids
        return self.coverage_country_ids

    def _check_other_customers(self):
        """Refuse to count the customers of a partner's purchases: it is itself the customer."""
        if (self.role, self.scope) == ("buyer", "own"):
            raise ValidationError(
                self.env._(
                    "“%s” counts customers, but of what a partner buys itself it is the only"
                    " customer. Count what the partner refers, or everybody below it.",
                    self.name,
                )
            )
