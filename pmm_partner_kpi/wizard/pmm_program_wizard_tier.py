from odoo import fields, models
from odoo.fields import Command


class PmmProgramWizardTier(models.TransientModel):
    """A rung of the ladder of the programme to make."""

    _name = "pmm.program.wizard.tier"
    _description = "New Programme: Tier"

    wizard_id = fields.Many2one("pmm.program.wizard", required=True, ondelete="cascade")
    grade_id = fields.Many2one(
        "res.partner.grade", string="Tier", required=True, ondelete="cascade"
    )
    threshold = fields.Float(digits=(20, 2))
    benefit = fields.Char(string="Gives")

    def _prepare_tier_vals(self, sequence):
        """Return the values of the programme's tier; the one from 0 asks for nothing."""
        self.ensure_one()
        vals = {"grade_id": self.grade_id.id, "sequence": sequence}
        if self.threshold:
            requirement = {
                "kind": "kpi",
                "kpi_id": self.wizard_id.tier_kpi_id.id,
                "threshold": self.threshold,
                "group": "A",
            }
            vals["requirement_ids"] = [Command.create(requirement)]
        if self.benefit:
            vals["benefit_ids"] = [Command.create({"kind": "text", "name": self.benefit})]
        return vals
