from odoo import api, fields, models
from odoo.exceptions import UserError

from ..engine import tiers

GROUPS = [(letter, letter) for letter in "ABCDE"]


class PmmProgramTier(models.Model):
    """A rung of a programme's tier ladder: what it asks for and what it gives."""

    _name = "pmm.program.tier"
    _description = "Tier of a Programme"
    _order = "program_id, sequence, id"
    _rec_name = "grade_id"

    _one_per_grade = models.Constraint(
        "UNIQUE(program_id, grade_id)", "A tier stands once on the ladder of a programme."
    )

    program_id = fields.Many2one(
        "pmm.program", string="Programme", required=True, ondelete="cascade"
    )
    company_id = fields.Many2one(related="program_id.company_id", store=True, index=True)
    currency_id = fields.Many2one(related="program_id.currency_id")
    sequence = fields.Integer(default=10, help="The lowest tier comes first.")
    grade_id = fields.Many2one(
        "res.partner.grade", string="Tier", required=True, index=True, ondelete="restrict"
    )
    group_match = fields.Selection(
        [("all", "All requirements"), ("any", "Any requirement")],
        string="Inside a group",
        required=True,
        default="all",
    )
    tier_match = fields.Selection(
        [("any", "Any group is enough"), ("all", "All groups")],
        string="Between groups",
        required=True,
        default="any",
    )
    requirement_ids = fields.One2many(
        "pmm.tier.requirement", "program_tier_id", string="Requirements", copy=True
    )
    benefit_ids = fields.One2many(
        "pmm.tier.benefit", "program_tier_id", string="Benefits", copy=True
    )
    requirement_text = fields.Char(string="Asks for", compute="_compute_requirement_text")
    benefit_text = fields.Char(string="Gives", compute="_compute_benefit_text")

    def _rung(self):
        """Return this tier as the engine takes it."""
        self.ensure_one()
        groups = self.requirement_ids.grouped("group").values()
        return tiers.Rung(
            tuple(tuple(group.ids) for group in groups), self.group_match, self.tier_match
        )

    @api.model_create_multi
    def create(self, vals_list):
        tiers_ = super().create(vals_list)
        tiers_.program_id._mark_tiers()
        return tiers_

    def write(self, vals):
        result = super().write(vals)
        self.program_id._mark_tiers()
        return result

    @api.ondelete(at_uninstall=False)
    def _unlink_except_held(self):
        held = self.env["pmm.enrollment.tier"].search(
            [
                ("enrollment_id.program_id", "in", self.program_id.ids),
                ("grade_id", "in", self.grade_id.ids),
                "|",
                ("date_stop", "=", False),
                ("date_stop", ">", fields.Date.today()),
            ]
        )
        pairs = {(tier.program_id, tier.grade_id) for tier in self}
        for tier in held:
            if (tier.program_id, tier.grade_id) in pairs:
                raise UserError(
                    self.env._(
                        "%(partner)s has the tier “%(tier)s”. Move the partners who have it before"
                        " you take it off the ladder.",
                        partner=tier.enrollment_id.partner_id.name,
                        tier=tier.grade_id.name,
                    )
                )

    def unlink(self):
        programs = self.program_id
        result = super().unlink()
        programs.exists()._mark_tiers()
        return result

    @api.depends(
        "group_match", "tier_match", "requirement_ids.group", "requirement_ids.display_name"
    )
    def _compute_requirement_text(self):
        words = {"all": self.env._("and"), "any": self.env._("or")}
        for tier in self:
            groups = tier.requirement_ids.sorted("sequence").grouped("group").items()
            inside = [
                f" {words[tier.group_match]} ".join(each.mapped("display_name"))
                for _group, each in sorted(groups)
            ]
            if len(inside) > 1:
                inside = [f"({text})" for text in inside]
            tier.requirement_text = f" {words[tier.tier_match]} ".join(inside)

    def _inside_text(self):
        """Return how the requirements of a group go together, as partners read it."""
        self.ensure_one()
        return self.env._("All of:") if self.group_match == "all" else self.env._("One of:")

    def _between_text(self):
        """Return the word between two groups, as partners read it."""
        self.ensure_one()
        return self.env._("and") if self.tier_match == "all" else self.env._("or")

    @api.depends("benefit_ids.display_name")
    def _compute_benefit_text(self):
        for tier in self:
            tier.benefit_text = ", ".join(tier.benefit_ids.mapped("display_name"))
