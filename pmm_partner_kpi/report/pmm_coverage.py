from odoo import api, fields, models
from odoo.tools import SQL

from ..queries.coverage import coverage, wanted_by_kpis, wanted_by_territories


class PmmCoverage(models.Model):
    """What a partner has sold in a country and state that matter, and where nothing; computed."""

    _name = "pmm.coverage"
    _description = "Geography Coverage"
    _auto = False
    _rec_name = "country_id"
    _order = "program_id, partner_id, country_id, state_id, id"
    _depends = {
        "pmm.credit": [
            "amount",
            "company_id",
            "country_id",
            "customer_id",
            "date",
            "former_ref",
            "partner_id",
            "role",
            "stage",
            "state_id",
        ],
        "pmm.enrollment": [
            "company_id",
            "date_start",
            "date_stop",
            "merged_on",
            "partner_id",
            "program_id",
            "user_id",
        ],
        "pmm.enrollment.former": ["date_stop", "enrollment_id", "former_ref"],
        "pmm.kpi.definition": [
            "coverage_by",
            "coverage_country_ids",
            "coverage_state_ids",
            "program_ids",
            "role",
            "source",
        ],
        "pmm.territory": [
            "company_id",
            "country_ids",
            "date_start",
            "date_stop",
            "partner_id",
            "state_ids",
        ],
    }

    program_id = fields.Many2one("pmm.program", string="Programme", readonly=True)
    enrollment_id = fields.Many2one("pmm.enrollment", string="Enrolment", readonly=True)
    partner_id = fields.Many2one("res.partner", readonly=True)
    user_id = fields.Many2one("res.users", string="Account manager", readonly=True)
    company_id = fields.Many2one("res.company", readonly=True)
    currency_id = fields.Many2one("res.currency", readonly=True)
    role = fields.Selection(
        selection="_selection_role",
        readonly=True,
        help="As what the partner is credited. Roles never add up together.",
    )
    country_id = fields.Many2one("res.country", readonly=True)
    state_id = fields.Many2one("res.country.state", readonly=True)
    amount = fields.Monetary(
        string="Last 12 months",
        readonly=True,
        help="Untaxed, invoiced in the 12 months up to today, less credit notes.",
    )
    amount_before = fields.Monetary(
        string="Year before", readonly=True, help="The same in the 12 months before these."
    )
    customers = fields.Integer(
        readonly=True,
        help="Customers who were sold something in the last 12 months.",
    )
    is_empty = fields.Boolean(
        string="Empty", readonly=True, help="Nothing sold there in the last 12 months."
    )
    is_country_empty = fields.Boolean(
        string="Country empty",
        readonly=True,
        help="Nothing sold in the whole country in the last 12 months.",
    )

    @api.model
    def _selection_role(self):
        return self.env["pmm.credit"]._fields["role"]._description_selection(self.env)

    @property
    def _table_query(self):
        today = fields.Date.context_today(self)
        return coverage(
            today,
            fields.Date.add(today, years=-1, days=1),
            fields.Date.add(today, years=-2, days=1),
            self.env["pmm.credit"]._fields["role"].get_values(self.env),
            SQL(" UNION ").join(SQL("(%s)", select) for select in self._wanted(today)),
        )

    @api.model
    def _wanted(self, today):
        """Return SELECTs (program_id, partner_id, country_id, state_id) of places to be covered."""
        return [wanted_by_kpis(), wanted_by_territories(today)]

    def action_view_credits(self):
        """Return the action that lists what was sold there in the last 12 months."""
        self.ensure_one()
        self.check_access("read")
        action = self.env["ir.actions.act_window"]._for_xml_id("pmm_partner_kpi.pmm_credit_action")
        today = fields.Date.context_today(self)
        return action | {
            "context": {},
            "domain": [
                ("partner_id", "=", self.partner_id.id),
                ("company_id", "=", self.company_id.id),
                ("stage", "=", "invoiced"),
                ("role", "=", self.role),
                ("country_id", "=", self.country_id.id),
                ("state_id", "=", self.state_id.id),
                ("date", ">=", fields.Date.add(today, years=-1, days=1)),
                ("date", "<=", today),
            ],
        }
