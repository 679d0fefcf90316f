import ast
from contextlib import closing

from psycopg2 import Error as DatabaseError
from psycopg2.errors import QueryCanceled

from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.fields import Command, Domain

from ..queries.custom_facts import (
    custom_aggregate,
    custom_facts,
    highest_values,
    limit_time,
    no_facts,
)
from .pmm_kpi_definition_custom_check import NUMBERS, OWN, TECHNICAL, Frame

# how long a trial may take
SECONDS = 10


class PmmKpiDefinition(models.Model):
    """The KPI source without code: which records of which model count, when, and for whom."""

    _inherit = "pmm.kpi.definition"

    source = fields.Selection(
        selection_add=[("custom", "Records of your choice")], ondelete={"custom": "set default"}
    )
    custom_model_id = fields.Many2one(
        "ir.model",
        string="Records",
        ondelete="set null",
        domain=[("transient", "=", False), ("abstract", "=", False)]
        + [("model", "not =like", f"{prefix}.%") for prefix in (*TECHNICAL, OWN)],
        tracking=True,
        help="What is counted, such as repair orders or tickets. Archived records do not count,"
        " unless the conditions ask for them.",
    )
    custom_model = fields.Char(related="custom_model_id.model", string="Technical name", store=True)
    custom_partner_path = fields.Char(
        string="Partner",
        tracking=True,
        help="The field that names the partner, or a way to it through other records. A contact"
        " counts for its company.",
    )
    custom_date_field = fields.Char(
        string="Date",
        tracking=True,
        help="The day on which a record counts; a time is read in the programme's time zone.",
    )
    custom_domain = fields.Char(string="Conditions", default="[]", tracking=True)
    custom_aggregate = fields.Selection(
        [
            ("count", "Number of records"),
            ("sum", "Sum"),
            ("avg", "Average"),
            ("min", "Lowest value"),
            ("max", "Highest value"),
            ("count_distinct", "Number of different values"),
        ],
        string="Result",
        required=True,
        default="count",
        tracking=True,
    )
    custom_value_field = fields.Char(string="Of", tracking=True)
    custom_unit = fields.Selection(
        [
            ("count", "Number"),
            ("percent", "Percent"),
            ("days", "Days"),
            ("hours", "Hours"),
            ("points", "Points"),
        ],
        string="Counted in",
        required=True,
        default="count",
        tracking=True,
        help="Amounts of money are shown in the currency of the programme.",
    )
    custom_is_money = fields.Boolean(compute="_compute_custom_is_money")
    custom_has_company = fields.Boolean(compute="_compute_custom_has_company")

    @api.depends("custom_model", "custom_aggregate", "custom_value_field")
    def _compute_custom_is_money(self):
        for kpi in self:
            kpi.custom_is_money = kpi._custom_is_money()

    @api.depends("custom_model", "custom_partner_path")
    def _compute_custom_has_company(self):
        for kpi in self:
            kpi.custom_has_company = bool(kpi._custom_company_paths())

    @api.depends("custom_model", "custom_aggregate", "custom_value_field", "custom_unit")
    def _compute_unit(self):
        return super()._compute_unit()

    @api.onchange("custom_model_id")
    def _onchange_custom_model_id(self):
        """Propose what fits the chosen model."""
        Model = self.env.get(self.custom_model_id.model)
        self.custom_domain, self.custom_value_field = "[]", False
        self.custom_partner_path = self.custom_date_field = False
        if Model is None:
            return
        stored = {name: field for name, field in Model._fields.items() if field.store}
        partners = [
            name
            for name, field in stored.items()
            if field.comodel_name == "res.partner" and field.type == "many2one"
        ]
        dates = [name for name, field in stored.items() if field.type in ("date", "datetime")]
        self.custom_partner_path = self._first_of(("partner_id", "commercial_partner_id"), partners)
        self.custom_date_field = self._first_of(("date", "date_order", "create_date"), dates)

    @api.model
    def _first_of(self, preferred, names):
        found = [name for name in preferred if name in names] or names
        return found[0] if found else False

    @api.model
    def _measured_by(self):
        return super()._measured_by() | {
            "custom_model_id",
            "custom_partner_path",
            "custom_date_field",
            "custom_domain",
            "custom_aggregate",
            "custom_value_field",
            "custom_unit",
        }

    # === MEASURING === #

    def _custom_is_money(self):
        """Return whether amounts of money are added up; they are in company currency."""
        self.ensure_one()
        if self.source != "custom" or self.custom_model not in self.env:
            return False
        field = self.env[self.custom_model]._fields.get(self.custom_value_field)
        is_amount = self.custom_aggregate in NUMBERS
        return bool(is_amount and field and field.type == "monetary")

    def _custom_conditions(self):
        """Return the conditions as a list; literals only, nothing is evaluated."""
        self.ensure_one()
        return ast.literal_eval(self.custom_domain or "[]")

    def _custom_company_paths(self):
        """Return the paths to the companies of a record and of what leads to its partner."""
        self.ensure_one()
        if self.custom_model not in self.env:
            return []
        paths, prefix, Model = [], "", self.env[self.custom_model]
        for name in (self.custom_partner_path or "").split("."):
            company = Model._fields.get("company_id")
            if company and company.store and company.type == "many2one":
                paths.append(f"{prefix}company_id")
            field = Model._fields.get(name)
            if not field or field.type != "many2one":
                break
            prefix, Model = f"{prefix}{name}.", self.env[field.comodel_name]
        return paths

    def _custom_facts(self, program):
        """Return a SELECT of the facts in ``program``: its company and time zone."""
        self.ensure_one()
        company = program.company_id
        if self.custom_model not in self.env:
            return no_facts()
        # results cover the partners of all account managers, whoever starts the run
        Model = self.env[self.custom_model].sudo().with_company(company)
        Model = Model.with_context(active_test=True, allowed_company_ids=company.ids)
        # an amount without company would have no currency
        companies = company.ids if self._custom_is_money() else [company.id, False]
        domain = Domain(self._custom_conditions()) & Domain.AND(
            Domain(path, "in", companies) for path in self._custom_company_paths()
        )
        return custom_facts(
            Model,
            Model._search(domain),
            self.custom_partner_path.split("."),
            self.custom_date_field,
            self.custom_value_field if self.custom_aggregate != "count" else None,
            program,
        )

    # === TRYING === #

    def action_try_custom(self):
        """Show the ten partners with the highest values of the last twelve months.

        Whoever asks must be allowed to define this KPI: to write it and to read what it counts.
        """
        self.ensure_one()
        self.check_access("write")
        self._check_custom()
        trial = self.env["pmm.kpi.trial"].create(
            {
                "kpi_id": self.id,
                "line_ids": [
                    Command.create({"partner_id": partner_id, "value": value})
                    for partner_id, value in self._highest_custom_values(10)
                ],
            }
        )
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("%s: highest values", self.name),
            "res_model": trial._name,
            "res_id": trial.id,
            "view_mode": "form",
            "target": "new",
        }

    def _highest_custom_values(self, limit):
        """Return [(partner id, value)] of the last twelve months, by what is saved."""
        self.ensure_one()
        company = self.company_id or self.env.company
        frame = Frame(company, self.env.user.tz or "UTC")
        stop = fields.Date.add(fields.Date.context_today(self), days=1)
        statement = highest_values(
            self._custom_facts(frame),
            custom_aggregate(self.custom_aggregate, self._custom_is_money()),
            fields.Date.subtract(stop, months=12),
            stop,
            limit,
        )
        self.env.flush_all()
        try:
            # always rolled back, and the limit of time with it
            with closing(self.env.cr.savepoint(flush=False)):
                self.env.cr.execute(limit_time(SECONDS))
                self.env.cr.execute(statement, log_exceptions=False)
                return self.env.cr.fetchall()
        except QueryCanceled as error:
            raise ValidationError(
                self.env._(
                    "“%(kpi)s” takes longer than %(seconds)s seconds to measure. Choose narrower"
                    " conditions.",
                    kpi=self.name,
                    seconds=SECONDS,
                )
            ) from error
        except DatabaseError as error:
            raise ValidationError(
                self.env._(
                    "“%(kpi)s” cannot be measured (%(error)s). Choose other fields or conditions.",
                    kpi=self.name,
                    error=str(error).splitlines()[0],
                )
            ) from error
