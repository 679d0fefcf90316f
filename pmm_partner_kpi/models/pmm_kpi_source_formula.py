from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ..engine import formula
from ..queries.formula import formula as formula_expression
from .pmm_kpi_definition_frozen import RENAMED


class PmmKpiDefinition(models.Model):
    """KPIs that are calculated from others by a formula over their codes."""

    _inherit = "pmm.kpi.definition"

    source = fields.Selection(
        selection_add=[("formula", "Formula over other KPIs")],
        ondelete={"formula": "cascade"},
    )
    formula = fields.Char(
        tracking=True,
        help="Numbers, codes of KPIs, + - * /, parentheses, min, max, round(x, digits), abs. No"
        " data, or a division by zero, makes the result “no data”.",
    )
    formula_unit = fields.Selection(
        [
            ("money", "Money"),
            ("count", "Number"),
            ("percent", "Percent"),
            ("days", "Days"),
            ("hours", "Hours"),
            ("points", "Points"),
        ],
        string="The result is",
        required=True,
        default="count",
        tracking=True,
        help="Money: an amount in the programme's currency. Percent: 12.5 means 12.5 %.",
    )
    # what the codes meant when the formula was saved; a code that changes is changed in it
    formula_kpi_ids = fields.Many2many(
        "pmm.kpi.definition",
        "pmm_kpi_formula_rel",
        "kpi_id",
        "needed_kpi_id",
        string="KPIs in the formula",
        compute="_compute_formula_kpi_ids",
        store=True,
    )
    formula_code_ids = fields.Many2many(
        "pmm.kpi.definition",
        string="Codes to use",
        compute="_compute_formula_code_ids",
        help="What a formula of this company may name.",
    )

    @api.depends("source", "formula")
    def _compute_formula_kpi_ids(self):
        trees = {kpi: kpi._formula_tree_or_none() for kpi in self}
        codes = {code for tree in trees.values() if tree for code in formula.names(tree)}
        # codes are unique over all companies; which may be used is checked when it is saved
        known = self.sudo().search([("code", "in", sorted(codes))]).grouped("code")
        for kpi, tree in trees.items():
            needed = (
                [known[code].id for code in formula.names(tree) if code in known] if tree else []
            )
            kpi.formula_kpi_ids = self.browse(needed)

    @api.depends("source", "company_id", "code")
    def _compute_formula_code_ids(self):
        for kpi in self:
            usable = self.browse()
            if kpi.source == "formula":
                usable = self.search(
                    [("company_id", "in", (False, kpi.company_id.id)), ("code", "!=", False)]
                )
                usable -= kpi._origin._and_derived()
            kpi.formula_code_ids = usable

    @api.depends("formula_unit")
    def _compute_unit(self):
        return super()._compute_unit()

    @api.constrains("formula", "formula_unit", "active", "company_id", "code")
    def _check_formula(self):
        for kpi in self.filtered(lambda kpi: kpi.source == "formula"):
            kpi._source()._check(kpi)

    @api.model
    def _measured_by(self):
        return super()._measured_by() | {"formula", "formula_unit"}

    def _formula_tree_or_none(self):
        self.ensure_one()
        if self.source != "formula":
            return None
        try:
            return formula.parse(self.formula)
        except formula.FormulaError:
            return None

    def _formula_sentence(self, error):
        """Return what is wrong with the formula, in words."""
        sentences = {
            "empty": self.env._("write a formula, for example revenue / orders"),
            "long": self.env._("it is too long; split it into several KPIs"),
            "deep": self.env._("it is nested too deeply; split it into several KPIs"),
            "character": self.env._("“%s” cannot be used in a formula", error.detail),
            "operator": self.env._("only + - * / can be used between two parts"),
            "comma": self.env._("write decimal numbers with a point, as in 0.5"),
            "number": self.env._("“%s” is no plain number such as 12 or 0.5", error.detail),
            "huge": self.env._(
                "%s has too many digits: at most 12 before and 8 behind the point", error.detail
            ),
            "function": self.env._(
                "there is no function “%s”; there are min, max, round and abs", error.detail
            ),
            "bare_function": self.env._(
                "%s is a function: it needs parentheses, and no KPI can be called so", error.detail
            ),
            "arguments": self.env._(
                "%s has too few or too many parts in its parentheses", error.detail
            ),
            "digits": self.env._("round(x, digits) takes 0 to 8 digits, written as a number"),
        }
        return sentences.get(
            error.code, self.env._("it cannot be read here; a sign or a parenthesis may be missing")
        )

    def write(self, vals):
        if "code" not in vals:
            return super().write(vals)
        before = {kpi: kpi.code for kpi in self}
        result = super().write(vals)
        for kpi, code in before.items():
            if code and kpi.code != code:
                kpi._rename_in_formulas(code)
        return result

    def _rename_in_formulas(self, old):
        """Write this KPI's new code into the formulas that call it ``old``.

        Nothing of their values changes, so nobody has to be asked to edit them one by one.
        """
        # also into formulas of other companies, where they use a shared KPI
        users = self.sudo().with_context(active_test=False)
        for user in users.search([("formula_kpi_ids", "in", self.ids)]):
            text = formula.renamed(user.formula, old, self.code)
            user.with_context(pmm_kpi_formula=RENAMED).write({"formula": text})


class PmmKpiSourceFormula(models.AbstractModel):
    """The value of a formula over the values of other KPIs, of the same time."""

    _name = "pmm.kpi.source.formula"
    _inherit = ["pmm.kpi.source"]
    _description = "KPI Source: Formula"

    @api.model
    def _is_derived(self, kpi):
        return True

    @api.model
    def _needs(self, kpi):
        return kpi.formula_kpi_ids

    @api.model
    def _expression(self, kpi, columns):
        by_code = {needed.code: columns[needed] for needed in kpi.formula_kpi_ids}
        return formula_expression(formula.parse(kpi.formula), by_code)

    @api.model
    def _void_value(self, kpi):
        return None

    @api.model
    def _unit(self, kpi):
        return kpi.formula_unit

    @api.model
    def _check(self, kpi):
        try:
            tree = formula.parse(kpi.formula)
        except formula.FormulaError as error:
            raise ValidationError(
                self.env._(
                    "The formula of “%(kpi)s”, at character %(position)s: %(reason)s.",
                    kpi=kpi.name,
                    position=error.position,
                    reason=kpi._formula_sentence(error),
                )
            ) from error
        known = set(kpi.formula_kpi_ids.filtered("active").mapped("code"))
        for code in sorted(formula.names(tree) - known):
            raise ValidationError(
                self.env._(
                    "The formula of “%(kpi)s”, at character %(position)s: no KPI in use has the"
                    " code “%(code)s”. The form lists the codes that there are.",
                    kpi=kpi.name,
                    position=formula.position_of(tree, code),
                    code=code,
                )
            )
        kpi._check_needs()

    @api.model
    def _view_facts(self, measurement):
        return measurement._view_needed_results()
