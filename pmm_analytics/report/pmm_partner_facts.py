from odoo import api, fields, models
from odoo.tools import SQL

from ..queries.ledger import ledger
from ..queries.made_offers import made_offers
from ..queries.partner_facts import partner_facts
from ..queries.reached_targets import reached_targets
from ..queries.sales import invoices, revenue

# measure: (what is divided, by what); over a group the sums are divided
RATIOS = {
    "attainment": ("targets_reached", "targets"),
    "reward_share": ("reward", "revenue"),
    "offer_share": ("offers_used", "offers"),
}


class PmmPartnerFacts(models.Model):
    """What an enrolment has bought, reached, earned and been offered in a period; computed."""

    _name = "pmm.partner.facts"
    _description = "Partner Facts"
    _auto = False
    _rec_name = "enrollment_id"
    _order = "date_start desc, program_id, partner_id, id"
    _depends = {
        "loyalty.card": ["points"],
        "pmm.credit": [
            "amount",
            "company_id",
            "date",
            "document_id",
            "former_ref",
            "partner_id",
            "role",
            "stage",
        ],
        "pmm.enrollment": [
            "company_id",
            "date_start",
            "date_stop",
            "is_shadow",
            "merged_on",
            "partner_id",
            "program_id",
            "user_id",
        ],
        "pmm.enrollment.suspension": ["date_start", "date_stop", "enrollment_id"],
        "pmm.enrollment.former": ["date_stop", "enrollment_id", "former_ref"],
        "pmm.enrollment.tier": ["date_start", "date_stop", "enrollment_id", "grade_id"],
        "pmm.kpi.measurement": ["enrollment_id", "has_target", "period_id", "state"],
        "pmm.offer": ["card_id", "enrollment_id", "period_id"],
        "pmm.period": ["date_start", "date_stop", "program_id"],
        "pmm.program": ["company_id", "currency_id", "date_start", "tz"],
        "pmm.reward.entry": ["amount", "enrollment_id", "origin_period_id"],
        "pmm.statement": ["state"],
        "pmm.statement.line": ["entry_id", "statement_id"],
        "res.currency.rate": ["company_id", "currency_id", "name", "rate"],
        "res.partner": ["country_id"],
    }

    program_id = fields.Many2one("pmm.program", string="Programme", readonly=True)
    enrollment_id = fields.Many2one("pmm.enrollment", string="Enrolment", readonly=True)
    partner_id = fields.Many2one("res.partner", readonly=True)
    country_id = fields.Many2one("res.country", readonly=True)
    user_id = fields.Many2one("res.users", string="Account manager", readonly=True)
    company_id = fields.Many2one("res.company", readonly=True)
    currency_id = fields.Many2one("res.currency", readonly=True)
    period_id = fields.Many2one("pmm.period", readonly=True)
    date_start = fields.Date(string="Period start", readonly=True, help="First day of the period.")
    grade_id = fields.Many2one(
        "res.partner.grade",
        string="Tier",
        readonly=True,
        help="The tier at the start of the period, or when the partner joined where that was"
        " later.",
    )
    revenue = fields.Monetary(
        readonly=True,
        help="Untaxed amount of what the partner was invoiced in the period, less credit notes"
        " of the period.",
    )
    documents = fields.Integer(
        string="Invoices", readonly=True, help="Invoices that count for the revenue."
    )
    targets = fields.Integer(readonly=True, help="Targets of the partner in the period.")
    targets_reached = fields.Integer(readonly=True)
    attainment = fields.Float(
        string="Targets Reached / Targets",
        compute="_compute_ratios",
        aggregator="avg",
        help="Targets reached divided by targets; empty where there are none.",
    )
    reward = fields.Monetary(
        string="Rewards",
        readonly=True,
        help="What the business of the period has earned, whenever it was booked.",
    )
    reward_paid = fields.Monetary(
        string="Rewards paid", readonly=True, help="What of it is on paid statements."
    )
    reward_share = fields.Float(
        string="Rewards / Revenue",
        compute="_compute_ratios",
        aggregator="avg",
        help="Rewards divided by revenue; empty where there is none, or where the programmes"
        " have different currencies.",
    )
    offers = fields.Integer(string="Offers made", readonly=True)
    offers_used = fields.Integer(readonly=True)
    offer_share = fields.Float(
        string="Offers Used / Offers Made",
        compute="_compute_ratios",
        aggregator="avg",
        help="Offers used divided by offers made; empty where there are none.",
    )

    @property
    def _table_query(self):
        return partner_facts(fields.Datetime.now(), self._measures())

    @api.model
    def _measures(self):
        """Return {name: (SELECT, {column: void})}, see queries/partner_facts.py.

        Addons add their measures after ``super()``, with a field and ``_depends`` for each.
        """
        # amounts convert by the terms of their programme; rules decide which rows are read
        programs = (
            self.env["pmm.program"]
            .sudo()
            .with_context(active_test=False)
            .search([("enrollment_ids", "!=", False)])
        )
        return {
            "revenue": (revenue(programs), {"revenue": 0}),
            "invoice": (invoices(programs), {"documents": 0}),
            "target": (reached_targets(), {"targets": 0, "targets_reached": 0}),
            "reward": (ledger(), {"reward": 0, "reward_paid": 0}),
            "offer": (made_offers(), {"offers": 0, "offers_used": 0}),
        }

    @api.depends(*{name for ratio in RATIOS.values() for name in ratio})
    def _compute_ratios(self):
        for facts in self:
            for ratio, (part, whole) in RATIOS.items():
                facts[ratio] = facts[part] / facts[whole] if facts[whole] else False

    def _read_group_select(self, aggregate_spec, query):
        """Divide the sums of a group; what is in several currencies has no common ratio."""
        name, _colon, aggregator = aggregate_spec.partition(":")
        if name not in RATIOS or aggregator != "avg":
            return super()._read_group_select(aggregate_spec, query)
        part, whole = (self._read_group_select(f"{field}:sum", query) for field in RATIOS[name])
        ratio = SQL("(%s)::float8 / NULLIF(%s, 0)", part, whole)
        if self._fields[RATIOS[name][0]].type != "monetary":
            return ratio
        currency = self._field_to_sql(self._table, "currency_id", query)
        return SQL("CASE WHEN MIN(%s) = MAX(%s) THEN %s END", currency, currency, ratio)

    def action_open_enrollment(self):
        """Return the action that opens the enrolment which this row tells about."""
        self.ensure_one()
        self.check_access("read")
        # the figures are not needed, and they are what costs
        self.fetch(["enrollment_id"])
        return {
            "type": "ir.actions.act_window",
            "res_model": "pmm.enrollment",
            "res_id": self.enrollment_id.id,
            "views": [(False, "form")],
        }
