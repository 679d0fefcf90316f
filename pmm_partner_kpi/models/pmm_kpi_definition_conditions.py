import ast
import re

from psycopg2 import Error as DatabaseError

from odoo import fields, models
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Domain
from odoo.tools import mute_logger

# a line that is corrected has several rows, which only together say how much it is
MEASURES_OF_ROWS = {"amount", "quantity", "cost", "margin", "reason", "revision", "mended"}
# what a domain that was written by hand, or whose field has gone, may raise
UNUSABLE = (
    ValueError,
    SyntaxError,
    TypeError,
    KeyError,
    AttributeError,
    RecursionError,
    MemoryError,
)


class PmmKpiDefinition(models.Model):
    """The further conditions on sales credits: checked when saved, and when used."""

    _inherit = "pmm.kpi.definition"

    credit_domain = fields.Char(
        string="Only sales credits",
        tracking=True,
        help="Further conditions: by product, brand or attribute, customer, country, salesperson.",
    )

    def _parsed_domain(self):
        """Return the further conditions as a Domain; literals only, nothing is evaluated."""
        self.ensure_one()
        parsed = ast.literal_eval(self.credit_domain or "[]")
        if not isinstance(parsed, list):
            raise ValueError(self.env._("they are no list"))
        return Domain(parsed)

    def _try_domain(self):
        """Raise ValidationError where the conditions on sales credits cannot be searched by."""
        try:
            domain = self._parsed_domain()
            self._check_facts_only(domain)
            self._check_fixed_days(domain, "pmm.credit")
            # as whoever defines it (constraints run with all rights): nobody learns by a KPI what
            # they may not read
            credits = self.env["pmm.credit"].with_user(self.env.uid)
            with self.env.cr.savepoint(), mute_logger("odoo.sql_db"):
                credits.search_count(domain, limit=1)
        except AccessError as error:
            raise ValidationError(
                self.env._(
                    "“%(kpi)s”: its conditions ask for what you may not read. Choose other fields."
                    "\n\n%(error)s",
                    kpi=self.name,
                    error=error,
                )
            ) from error
        except (*UNUSABLE, DatabaseError) as error:
            raise ValidationError(self._unusable_sentence(error)) from error

    def _check_facts_only(self, domain):
        """Refuse conditions on what a correction adds to: they would see the difference only."""
        if any(leaf.field_expr in MEASURES_OF_ROWS for leaf in domain.iter_conditions()):
            raise ValueError(
                self.env._(
                    "the amount, quantity or cost of a line may be corrected later; choose what"
                    " was sold, to whom or where"
                )
            )

    def _check_fixed_days(self, domain, model):
        """Refuse days that move with the calendar: nothing would tell that values change."""
        for condition in domain.iter_conditions():
            values = condition.value
            if condition.operator in ("any", "not any"):
                field = self._field_at(model, condition.field_expr)
                if field is not None and field.comodel_name:
                    self._check_fixed_days(Domain(values), field.comodel_name)
                continue
            values = [values] if isinstance(values, str) else values
            if not isinstance(values, (list, tuple, set, frozenset)):
                continue
            if self._is_day(model, condition.field_expr) and any(
                isinstance(value, str) and not re.match(r"\d{4}-", value) for value in values
            ):
                raise ValueError(self.env._("a day such as “today” moves; use a fixed one"))

    def _is_day(self, model, path):
        """Return whether the dotted ``path`` from a record of ``model`` ends at a date."""
        field = self._field_at(model, path)
        return field is not None and field.type in ("date", "datetime")

    def _field_at(self, model, path):
        """Return the field that the dotted ``path`` ends at, or the day that it takes a part of."""
        field, owner = None, self.env[model]
        for name in path.split("."):
            field = owner._fields.get(name)
            if field is None or field.type in ("date", "datetime"):
                return field
            owner = self.env[field.comodel_name] if field.comodel_name else owner.browse()
        return field

    def _unusable_sentence(self, error):
        return self.env._(
            "“%(kpi)s”: its conditions on sales credits cannot be used (%(error)s). Open them in"
            " the editor and choose fields, operators and fixed values.",
            kpi=self.name,
            error=str(error).partition("\n")[0],
        )

    def _credit_domain(self, program):
        """Return the domain of the sales credits of ``program``'s company that count here."""
        domain = super()._credit_domain(program)
        if self.credit_domain:
            try:
                domain &= self._parsed_domain()
            except UNUSABLE as error:
                raise UserError(self._unusable_sentence(error)) from error
        return domain

    def _credit_query(self, program):
        """Return the Query of those credits; say which KPI it is where a field has gone."""
        try:
            domain = self._credit_domain(program).map_conditions(self._without_join)
            # a run measures partners of all account managers; results have rules of their own
            return self.env["pmm.credit"].sudo()._search(domain)
        except UNUSABLE as error:
            raise UserError(self._unusable_sentence(error)) from error

    def _without_join(self, condition):
        """Return the same condition as one on the credit itself, where that is easily done.

        With a join all credits would be looked through, also where one partner is measured.
        """
        if (condition.field_expr, condition.operator) != ("categ_id", "child_of"):
            return condition
        # which categories there are is no secret of a partner
        categories = self.env["product.category"].sudo()
        return Domain("categ_id", "in", categories._search([("id", "child_of", condition.value)]))
