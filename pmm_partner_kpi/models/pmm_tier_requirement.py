from decimal import Decimal

from odoo import api, fields, models

from .pmm_program_tier import GROUPS


class PmmTierRequirement(models.Model):
    """One criterion of a tier; what it compares with the threshold is its kind's matter."""

    _name = "pmm.tier.requirement"
    _description = "Tier Requirement"
    _order = "program_tier_id, group, sequence, id"

    program_tier_id = fields.Many2one(
        "pmm.program.tier", string="Tier", required=True, index=True, ondelete="cascade"
    )
    program_id = fields.Many2one(related="program_tier_id.program_id", store=True, index=True)
    company_id = fields.Many2one(related="program_tier_id.company_id", store=True, index=True)
    currency_id = fields.Many2one("res.currency", compute="_compute_currency_id")
    unit = fields.Char(compute="_compute_currency_id")
    sequence = fields.Integer(default=10)
    group = fields.Selection(GROUPS, required=True, default="A")
    kind = fields.Selection(
        [
            ("kpi", "KPI"),
            ("points", "Points"),
            ("check", "Confirmed by us"),
            ("partner", "Partner data"),
        ],
        required=True,
        default="kpi",
    )
    kpi_id = fields.Many2one("pmm.kpi.definition", string="KPI", ondelete="restrict")
    partner_domain = fields.Char(
        string="Partners who meet it", help="The partners for whom this holds."
    )
    name = fields.Char(
        string="Wording",
        translate=True,
        help="As partners read it; empty: made from what is required.",
    )
    threshold = fields.Float(
        digits=(20, 4), required=True, default=1, help="At least so much is required."
    )

    @api.depends("kind", "kpi_id")
    def _compute_currency_id(self):
        for requirement in self:
            requirement.currency_id = requirement._kind()._currency(requirement)
            requirement.unit = requirement._kind()._unit(requirement)

    @api.depends("kind", "kpi_id.name", "name", "threshold")
    @api.depends_context("lang")
    def _compute_display_name(self):
        for requirement in self:
            title = requirement._title()
            if not requirement._is_yes_no():
                title = f"{title} ≥ {requirement._format_value(requirement.threshold)}"
            requirement.display_name = title

    def _kind(self):
        """Return the strategy that says what an enrolment has of this requirement."""
        self.ensure_one()
        return self.env[f"pmm.tier.requirement.kind.{self.kind}"]

    def _threshold(self):
        """Return the threshold as Decimal, at the four digits that are stored."""
        self.ensure_one()
        return Decimal(f"{self.threshold:.4f}")

    @api.model_create_multi
    def create(self, vals_list):
        requirements = super().create(vals_list)
        requirements.program_id._mark_tiers()
        return requirements

    def write(self, vals):
        result = super().write(vals)
        self.program_id._mark_tiers()
        return result

    def unlink(self):
        programs = self.program_id
        result = super().unlink()
        programs._mark_tiers()
        return result

    def _is_yes_no(self):
        """Return whether it is met or not, without a figure."""
        return self._kind()._is_yes_no(self)

    def _is_internal(self):
        """Return whether partners read what it asks for, but not what they have of it."""
        self.ensure_one()
        kpi = self.program_id.points_kpi_id if self.kind == "points" else self.kpi_id
        return kpi.is_internal

    def _title(self):
        """Return what is asked for as partners read it, without the threshold."""
        self.ensure_one()
        return self.name or self._kind()._title(self)

    def _format_value(self, value):
        """Return ``value`` as the reader writes it: an amount of money, or with its unit."""
        self.ensure_one()
        Measurement = self.env["pmm.kpi.measurement"]
        return Measurement._format_amount(value, self.currency_id, self.unit)

    def _partner_domain(self):
        """Return the condition on partners; raise ValidationError where it cannot be read."""
        self.ensure_one()
        return self.env["res.partner"]._pmm_condition(self.partner_domain)

    @api.constrains("kind", "kpi_id", "partner_domain", "name")
    def _check_kind(self):
        for requirement in self:
            requirement._kind()._check(requirement)
