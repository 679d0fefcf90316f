import re

from odoo import api, fields, models
from odoo.exceptions import ValidationError

# what decides on values: a change of it marks all that have the KPI
MEASURED_BY = {
    "source",
    "stage",
    "role",
    "category_ids",
    "credit_domain",
    "returns_in",
    "scope",
    "direction",
    "compare",
    "window",
    "window_months",
    "program_ids",
}


class PmmKpiDefinition(models.Model):
    """What is measured and how: a source and the choice of facts that it counts."""

    _name = "pmm.kpi.definition"
    _inherit = ["mail.thread", "pmm.credit.filter"]
    _description = "KPI"
    _order = "sequence, name, id"
    _check_company_auto = True

    _code_unique = models.UniqueIndex("(code)", "Another KPI has this code. Choose another one.")
    _window_positive = models.Constraint(
        "CHECK(window_months BETWEEN 1 AND 120)", "A rolling window has 1 to 120 months."
    )

    name = fields.Char(required=True, translate=True, tracking=True)
    code = fields.Char(
        copy=False,
        compute="_compute_code",
        store=True,
        readonly=False,
        precompute=True,
        help="How formulas of other KPIs call this one: letters, digits and underscores.",
    )
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
        [("revenue", "Revenue"), ("quantity", "Quantity")],
        string="Measures",
        required=True,
        default="revenue",
        tracking=True,
    )
    unit = fields.Selection(
        [
            ("money", "Money"),
            ("count", "Number"),
            ("percent", "Percent"),
            ("days", "Days"),
            ("hours", "Hours"),
            ("points", "Points"),
            ("score", "Score"),
        ],
        compute="_compute_unit",
    )
    direction = fields.Selection(
        [("higher", "Higher is better"), ("lower", "Lower is better")],
        string="Good is",
        required=True,
        compute="_compute_direction",
        store=True,
        readonly=False,
        precompute=True,
        tracking=True,
        help="Lower is better: the target is a limit, and whether it was kept is known when the"
        " period has ended.",
    )
    compare = fields.Selection(
        [
            ("none", "The value of the period"),
            ("value", "Growth on the same period last year"),
            ("percent", "Growth on the same period last year, in %"),
        ],
        string="Result is",
        required=True,
        default="none",
        tracking=True,
        help="Last year counts on the same days, also before the partner was enrolled. Where there"
        " was nothing last year a growth in % is no data.",
    )
    window = fields.Selection(
        [("period", "The period"), ("rolling", "The last months up to its end")],
        string="Time that counts",
        required=True,
        default="period",
        tracking=True,
    )
    window_months = fields.Integer(string="Months", default=12, tracking=True)
    stage = fields.Selection(
        [
            ("booked", "When the order is confirmed"),
            ("invoiced", "When it is invoiced"),
            ("collected", "When it is paid"),
        ],
        string="Sales count",
        required=True,
        default="invoiced",
        tracking=True,
    )
    returns_in = fields.Selection(
        [
            ("own", "The period of the credit note"),
            ("origin", "The period of the original invoice"),
        ],
        string="Credit notes count in",
        required=True,
        default="own",
        tracking=True,
    )
    role = fields.Selection(tracking=True)
    category_ids = fields.Many2many(tracking=True)
    # no check_company: a KPI without company serves the programmes of all of them
    program_ids = fields.Many2many("pmm.program", string="Programmes")
    counts_credits = fields.Boolean(compute="_compute_unit")
    is_derived = fields.Boolean(compute="_compute_unit")

    @api.depends("name")
    def _compute_code(self):
        # of those that get one together, none is in the database yet
        given = {kpi.code for kpi in self}
        for kpi in self:
            # a form begins without a name: what is proposed follows from it
            kpi.code = kpi.code or (kpi._free_code(given) if kpi.name else False)
            given.add(kpi.code)

    def _code_stem(self):
        """Return the code that follows from the name."""
        name = re.sub(r"\W+", "_", (self.name or "").lower(), flags=re.ASCII).strip("_")
        return name if name[:1].isalpha() else f"kpi_{name}".rstrip("_")

    def _free_code(self, given):
        """Return a code that follows from the name, is not in ``given``, and no other KPI has."""
        stem = self._code_stem()
        # codes of other companies are taken as well: a KPI may be shared later
        taken = self.sudo().with_context(active_test=False).search([("code", "=like", f"{stem}%")])
        codes = {*given, *(taken - self._origin).mapped("code")}
        number, code = 1, stem
        while code in codes:
            number += 1
            code = f"{stem}_{number}"
        return code

    @api.depends("source")
    def _compute_direction(self):
        for kpi in self:
            is_limit = kpi.source and kpi._source()._is_limit(kpi)
            kpi.direction = "lower" if is_limit else "higher"

    @api.depends("source", "compare")
    def _compute_unit(self):
        for kpi in self:
            if not kpi.source:
                kpi.unit, kpi.counts_credits, kpi.is_derived = "count", False, False
                continue
            source = kpi._source()
            kpi.unit = "percent" if kpi.compare == "percent" else source._unit(kpi)
            kpi.counts_credits = source._counts_credits(kpi)
            kpi.is_derived = source._is_derived(kpi)

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

    @api.constrains("code")
    def _check_code(self):
        for kpi in self:
            if not re.fullmatch(r"[a-z][a-z0-9_]*", kpi.code or ""):
                raise ValidationError(
                    self.env._(
                        "The code “%s” must begin with a letter and have small Latin letters,"
                        " digits and underscores only.",
                        kpi.code or "",
                    )
                )

    def _check_codes_free(self, vals_list):
        """Raise ValidationError where another KPI has a code of ``vals_list``, and say which."""
        codes = [vals["code"] for vals in vals_list if vals.get("code")]
        # as for the proposal of a code
        others = self.sudo().with_context(active_test=False)
        if codes and (
            other := others.search([("code", "in", codes), ("id", "not in", self.ids)], limit=1)
        ):
            raise ValidationError(
                self.env._("Another KPI has the code “%s”. Choose another one.", other.code)
            )

    @api.constrains("source", "compare", "window", "scope", "stage", "credit_domain")
    def _check_measurable(self):
        for kpi in self:
            if kpi.compare != "none" and kpi.scope != "own" and kpi.has_scope:
                raise ValidationError(
                    self.env._(
                        "“%s”: growth is measured for a partner's own sales only, as groups and"
                        " uplines may have been others last year.",
                        kpi.name,
                    )
                )
            if kpi.is_derived and (kpi.compare, kpi.window) != ("none", "period"):
                raise ValidationError(
                    self.env._(
                        "“%s” follows from other KPIs. Choose growth and rolling months there.",
                        kpi.name,
                    )
                )
            if kpi.credit_domain:
                kpi._try_domain()
            kpi._source()._check(kpi)

    @api.model_create_multi
    def create(self, vals_list):
        self.browse()._check_codes_free(vals_list)
        kpis = super().create(vals_list)
        kpis._mark_measured()
        return kpis

    def write(self, vals):
        # whoever may define KPIs may not edit enrolments of others: these are only marks
        programs = self.sudo().program_ids
        self._check_codes_free([vals])
        result = super().write(vals)
        if self._measured_by() & vals.keys():
            self._mark_measured(programs)
        return result

    @api.ondelete(at_uninstall=False)
    def _unlink_except_measured(self):
        # results of other companies keep it as well
        results = self.env["pmm.kpi.measurement"].sudo()
        if measured := results.search([("kpi_id", "in", self.ids)], limit=1):
            raise self.env["pmm.kpi.measurement"]._in_use_error(measured.kpi_id)

    @api.model
    def _measured_by(self):
        """Return the fields that decide on values; addons with sources add theirs."""
        return MEASURED_BY

    def _mark_measured(self, programs=None):
        """Note that whatever has these KPIs, or some derived from them, has to be measured.

        ``programs`` are more that have to, since they had them before.
        """
        # whoever may define KPIs may not edit enrolments of others: these are only marks
        having = self._and_derived().sudo().program_ids
        (having | (programs or having)).enrollment_ids._mark_to_measure()

    def _and_derived(self):
        """Return these KPIs and all that are derived from them; sources that derive extend it."""
        return self

    def _currency(self, program):
        """Return the currency of targets and results in ``program``; none where it counts."""
        self.ensure_one()
        return program.currency_id if self.unit == "money" else program.currency_id.browse()
