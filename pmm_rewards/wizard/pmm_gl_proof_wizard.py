from odoo import fields, models
from odoo.tools import format_date


class PmmGlProofWizard(models.TransientModel):
    """Asks for the day of the proof."""

    _name = "pmm.gl.proof.wizard"
    _description = "Choose the Day of the GL Proof"

    date = fields.Date(string="At the end of", required=True, default=fields.Date.context_today)

    def action_open(self):
        """Return the action that shows the proof at the chosen day."""
        self.ensure_one()
        self.check_access("read")
        action = self.env["ir.actions.act_window"]._for_xml_id("pmm_rewards.pmm_gl_proof_action")
        return action | {
            "name": self.env._("GL proof at %s", format_date(self.env, self.date)),
            "context": {"pmm_proof_date": str(self.date)},
        }
