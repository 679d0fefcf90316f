from odoo import fields, models


class PmmProgramTemplateTier(models.Model):
    """A rung of the ladder that a template proposes."""

    _name = "pmm.program.template.tier"
    _description = "Tier of a Programme Template"
    _order = "template_id, sequence, id"
    _rec_name = "grade_id"

    _one_per_grade = models.Constraint(
        "UNIQUE(template_id, grade_id)", "A tier stands once in a template."
    )
    _threshold_positive = models.Constraint(
        "CHECK(threshold >= 0)",
        "A threshold cannot be negative. It is 0 for the tier that partners start with.",
    )

    template_id = fields.Many2one("pmm.program.template", required=True, ondelete="cascade")
    company_id = fields.Many2one(related="template_id.company_id", store=True, index=True)
    sequence = fields.Integer(default=10, help="The lowest tier comes first.")
    # not required: of the tiers that Odoo ships, some may have been deleted before the install
    grade_id = fields.Many2one("res.partner.grade", string="Tier", index=True, ondelete="cascade")
    threshold = fields.Float(
        digits=(20, 4),
        help="At least so much is required, in the currency of the programme or the unit of the"
        " KPI. 0: partners start with this tier.",
    )
    benefit = fields.Char(string="Gives", translate=True, help="As partners read it.")

    def _prepare_vals(self):
        self.ensure_one()
        return {
            "grade_id": self.grade_id.id,
            "threshold": self.threshold,
            "benefit": self.benefit,
        }
