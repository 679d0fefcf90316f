from collections import namedtuple
from collections.abc import Set

from odoo import api, models
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Domain
from odoo.models import BaseModel

from .pmm_kpi_definition_conditions import UNUSABLE

# aggregates that need a number
NUMBERS = ("sum", "avg", "min", "max")
# models of Odoo's own workings
TECHNICAL = ("ir", "base", "bus", "mail", "discuss")
# what we keep ourselves: a KPI over results would count itself, one over ledgers their corrections
OWN = "pmm"

# what facts need to know of a programme
Frame = namedtuple("Frame", ("company_id", "tz"))


class PmmKpiDefinition(models.Model):
    """What a KPI without code may count: nothing that whoever defines it may not read.

    It is measured for all partners, past record rules; so models and fields must be readable
    for the one who saves it, and models whose records are judged one by one are left out.
    """

    _inherit = "pmm.kpi.definition"

    @api.constrains(
        "source",
        "custom_model_id",
        # a stored related field can be written by itself, past the field it follows
        "custom_model",
        "custom_partner_path",
        "custom_date_field",
        "custom_domain",
        "custom_aggregate",
        "custom_value_field",
    )
    def _check_custom(self):
        # Odoo checks constraints as the superuser, who may read everything
        for kpi in self.sudo(False).filtered(lambda kpi: kpi.source == "custom"):
            kpi._check_custom_model()
            kpi._check_custom_path()
            kpi._check_custom_date()
            kpi._check_custom_value()
            kpi._check_custom_domain()
            kpi._check_custom_rules()
            kpi._highest_custom_values(1)

    def _refuse_custom(self, sentence):
        return ValidationError(f"{self.name}: {sentence}")

    def _custom_name(self, Model):
        """Return how users call the model; names are no secret."""
        # whoever defines KPIs need not see technical models
        return self.env["ir.model"].sudo()._get(Model._name).name

    def _check_custom_model(self):
        Model = self.env.get(self.custom_model)
        if Model is None:
            raise self._refuse_custom(self.env._("choose the records that count."))
        name = self._custom_name(Model)
        if Model._abstract or Model._transient or not Model._auto:
            raise self._refuse_custom(
                self.env._("“%s” keeps no records of its own. Choose others.", name)
            )
        if Model._name.split(".")[0] == OWN:
            raise self._refuse_custom(
                self.env._(
                    "“%s” is kept by the programmes themselves. Choose what to measure under"
                    " “Measures”, or a formula over other KPIs.",
                    name,
                )
            )
        judged = type(Model)._check_access is not BaseModel._check_access
        if judged or Model._name.split(".")[0] in TECHNICAL:
            raise self._refuse_custom(
                self.env._(
                    "who may read “%s” is decided record by record, so they cannot be counted."
                    " Choose others.",
                    name,
                )
            )
        self._check_custom_read(Model)

    def _check_custom_read(self, Model, *fields):
        """Refuse where whoever saves the KPI may not read ``Model`` or one of ``fields``."""
        if not Model.has_access("read"):
            raise self._refuse_custom(
                self.env._(
                    "you may not read “%s”. Ask somebody who may to define this KPI.",
                    self._custom_name(Model),
                )
            )
        for field in fields:
            if not Model._has_field_access(field, "read"):
                raise self._refuse_custom(
                    self.env._(
                        "you may not read the field “%(field)s” of “%(model)s”. Ask somebody who"
                        " may to define this KPI.",
                        field=field.name,
                        model=self._custom_name(Model),
                    )
                )

    def _custom_field(self, Model, name):
        """Return a stored field with one value, that whoever saves the KPI may read."""
        field = Model._fields.get(name)
        if not field or not field.store or not field.column_type or field.company_dependent:
            raise self._refuse_custom(
                self.env._(
                    "“%(field)s” of “%(model)s” is no stored field with one value. Choose another"
                    " one.",
                    field=name,
                    model=self._custom_name(Model),
                )
            )
        self._check_custom_read(Model, field)
        return field

    def _check_custom_path(self):
        Model = self.env[self.custom_model]
        if not self.custom_partner_path:
            raise self._refuse_custom(self.env._("choose the field that names the partner."))
        for name in self.custom_partner_path.split("."):
            field = self._custom_field(Model, name)
            if field.type != "many2one":
                raise self._refuse_custom(
                    self.env._(
                        "“%(field)s” of “%(model)s” does not lead to one record. Choose a way to"
                        " the partner through fields that do.",
                        field=name,
                        model=self._custom_name(Model),
                    )
                )
            Model = self.env[field.comodel_name]
            self._check_custom_read(Model)
        if Model._name != "res.partner":
            raise self._refuse_custom(
                self.env._(
                    "“%(path)s” leads to “%(model)s”, not to a partner. Go on to the field that"
                    " names the partner.",
                    path=self.custom_partner_path,
                    model=self._custom_name(Model),
                )
            )

    def _check_custom_date(self):
        Model = self.env[self.custom_model]
        if not self.custom_date_field:
            raise self._refuse_custom(self.env._("choose the date by which a record counts."))
        field = self._custom_field(Model, self.custom_date_field)
        if field.type not in ("date", "datetime"):
            raise self._refuse_custom(
                self.env._("“%s” is no date. Choose the date by which a record counts.", field.name)
            )

    def _check_custom_value(self):
        if self.custom_aggregate == "count":
            return
        Model = self.env[self.custom_model]
        if not self.custom_value_field:
            raise self._refuse_custom(self.env._("choose the field that the result is made of."))
        field = self._custom_field(Model, self.custom_value_field)
        if self.custom_aggregate not in NUMBERS:
            return
        if field.type not in ("integer", "float", "monetary"):
            raise self._refuse_custom(
                self.env._("“%s” is no number. Choose a number, or count records.", field.name)
            )
        if field.type == "monetary" and not self._is_company_currency(Model, field):
            raise self._refuse_custom(
                self.env._(
                    "amounts of “%s” may be in any currency and cannot be added up. Choose an"
                    " amount in the currency of the company.",
                    field.name,
                )
            )

    def _check_custom_rules(self):
        """Refuse where record rules hide some records, or ways to a partner, from the author."""
        if self.env.user._is_superuser():
            return
        Model = self.env[self.custom_model]
        conditions = Domain(self._custom_conditions())
        self._check_custom_rule(Model, conditions)
        for name in self.custom_partner_path.split("."):
            Model = self.env[Model._fields[name].comodel_name]
            self._check_custom_rule(Model)
        if not self._custom_company_paths():
            # how many companies there are is no secret
            companies = self.env["res.company"].sudo()
            mine = self.env.user.company_ids
            if companies.search_count([("id", "not in", mine.ids)], limit=1):
                raise self._refuse_part(self.env[self.custom_model])

    def _check_custom_rule(self, Model, conditions=Domain.TRUE):
        """Refuse where the author's rules on ``Model`` ask for more than companies.

        What ``conditions`` ask for by themselves is no limit; companies are those of programmes.
        """
        conditions = conditions.optimize(Model)
        asked = (
            list(conditions.children)
            if getattr(conditions, "OPERATOR", "") == "&"
            else [conditions]
        )
        rules = self.env["ir.rule"]._compute_domain(Model._name, "read")
        left = rules.map_conditions(
            lambda condition: (
                Domain.TRUE if condition in asked else self._without_company(Model, condition)
            )
        )
        if not left.is_true():
            raise self._refuse_part(Model)

    def _without_company(self, Model, condition):
        """Return TRUE for a condition that a record of some company fulfils, else itself."""
        names = condition.field_expr.split(".")
        for name in names[:-1]:
            Model = self.env[Model._fields[name].comodel_name]
        field = Model._fields[names[-1]]
        if condition.operator == "any" and isinstance(condition.value, Domain):
            owner = self.env[field.comodel_name]
            left = condition.value.map_conditions(lambda inner: self._without_company(owner, inner))
            return Domain.TRUE if left.is_true() else condition
        values = condition.value
        values = values if isinstance(values, (list, tuple, Set)) else [values]
        is_company = field.comodel_name == "res.company" and any(values)
        positive = condition.operator in ("=", "in", "parent_of", "child_of")
        return Domain.TRUE if is_company and positive else condition

    def _refuse_part(self, Model):
        return self._refuse_custom(
            self.env._(
                "you may read some of “%s” only, but the KPI counts all. Ask somebody who may read"
                " all records, of all companies, to define it.",
                self._custom_name(Model),
            )
        )

    @api.model
    def _is_company_currency(self, Model, field):
        """Return whether the amount ``field`` is always in the currency of its company."""
        name = field.get_currency_field(Model)
        while name:
            if name.startswith("company_currency"):
                return True
            *path, last = (Model._fields[name].related or "").split(".")
            if path and last == "currency_id" and path[-1] == "company_id":
                return True
            for step in path:
                Model = self.env[Model._fields[step].comodel_name]
            name = last if path else None
        return False

    def _check_custom_domain(self):
        """Try the conditions as the one who saves them, so that fields and records count."""
        try:
            domain = Domain(self._custom_conditions())
            self._check_fixed_days(domain, self.custom_model)
            self.env[self.custom_model].search_count(domain, limit=1)
        except AccessError as error:
            raise self._refuse_custom(
                self.env._(
                    "you may not read what its conditions ask for. Ask somebody who may to define"
                    " this KPI.\n%s",
                    error,
                )
            ) from error
        except UserError:
            raise
        except UNUSABLE as error:
            raise self._refuse_custom(
                self.env._(
                    "its conditions cannot be used (%s). Open them in the editor and choose"
                    " fields, operators and fixed values.",
                    error,
                )
            ) from error
