from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ..queries.opening_balances import with_openings


class PmmKpiDefinition(models.Model):
    """What is measured and how: a source and the choice of credits that it counts."""

    _name = "pmm.kpi.definition"
    _inherit = ["mail.thread", "pmm.credit.filter"]
    _description = "KPI"
    _order = "sequence, name, id"
    _check_company_auto = True

    name = fields.Char(required=True, translate=True, tracking=True)
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    company_id = fields.Many2one(
        "res.company",
        index=True,
        ondelete="restrict",
        default=lambda self: self.env.company,
        help="Leave empty to use the KPI in the programmes of all companies.",
    )
    source = fields.Selection(
        [("invoiced_revenue", "Invoiced revenue")],
        string="Measures",
        required=True,
        default="invoiced_revenue",
        tracking=True,
    )
    unit = fields.Selection([("money", "Money"), ("count", "Number")], compute="_compute_unit")
    returns_in = fields.Selection(
        [
            ("own", "The period of the credit note"),
            ("origin", "The period of the original invoice"),
        ],
        string="Credit notes reduce",
        required=True,
        default="own",
        tracking=True,
    )
    role = fields.Selection(tracking=True)
    category_ids = fields.Many2many(tracking=True)
    # no check_company: a KPI without company serves the programmes of all of them
    program_ids = fields.Many2many("pmm.program", string="Programmes")

    @api.depends("source")
    def _compute_unit(self):
        for kpi in self:
            kpi.unit = kpi._source()._unit(kpi) if kpi.source else "money"

    @api.constrains("company_id", "program_ids")
    def _check_program_company(self):
        for kpi in self.filtered("company_id"):
            foreign = kpi.program_ids.filtered(lambda p, own=kpi.company_id: p.company_id != own)
            if foreign:
                raise ValidationError(
                    self.env._(
                        "“%(program)s” is a programme of another company than “%(kpi)s”. Leave"
                        " the company of the KPI empty to use it in the programmes of all.",
                        program=foreign[0].name,
                        kpi=kpi.name,
                    )
                )

    @api.model_create_multi
    def create(self, vals_list):
        kpis = super().create(vals_list)
        # whoever may define KPIs may not edit enrolments of others: these are only marks
        kpis.sudo().program_ids.enrollment_ids._mark_to_measure()
        return kpis

    def write(self, vals):
        # whoever may define KPIs may not edit enrolments of others: these are only marks
        programs = self.sudo().program_ids
        result = super().write(vals)
        if {"source", "role", "category_ids", "returns_in", "program_ids"} & vals.keys():
            # the programmes before and after
            (programs | self.sudo().program_ids).enrollment_ids._mark_to_measure()
        return result

    @api.ondelete(at_uninstall=False)
    def _unlink_except_measured(self):
        measured = self.env["pmm.kpi.measurement"].search([("kpi_id", "in", self.ids)], limit=1)
        if measured:
            raise self.env["pmm.kpi.measurement"]._in_use_error(measured.kpi_id)

    # === MEASURING === #

    def _source(self):
        """Return the strategy that measures this KPI."""
        self.ensure_one()
        return self.env[f"pmm.kpi.source.{self.source}"]

    def _actuals(self, program, enrollment_ids):
        return self._source()._actuals(self, program, enrollment_ids)

    def _totals(self, program, windows):
        totals = self._source()._totals(self, program, windows)
        return with_openings(totals, self, windows)

    def _void_actual(self):
        return self._source()._void_actual(self)

    def _currency(self, program):
        """Return the currency of targets and results in ``program``; none where it counts."""
        self.ensure_one()
        return program.currency_id if self.unit == "money" else program.currency_id.browse()

    def _credit_date_column(self):
        """Return which date of a credit decides on its period."""
        self.ensure_one()
        return "origin_date" if self.returns_in == "origin" else "date"
