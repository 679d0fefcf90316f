from odoo import api, fields, models


class PmmProgram(models.Model):
    """The scorecards of a programme, and the KPI that gives points for its tiers."""

    _inherit = "pmm.program"

    scorecard_ids = fields.One2many("pmm.scorecard", "program_id", string="Scorecards", copy=True)
    has_scores = fields.Boolean(compute="_compute_has_scores")

    @api.depends("scorecard_ids")
    def _compute_has_scores(self):
        found = self.env["pmm.score"]._read_group([("program_id", "in", self.ids)], ["program_id"])
        scored = {program for [program] in found}
        for program in self:
            program.has_scores = program in scored

    @api.constrains("kpi_ids")
    def _check_kpis_in_use(self):
        """Raise ValidationError where a KPI that is needed is no longer measured."""
        self.scorecard_ids._check_kpis_of_program()

    def _mark_scores(self):
        """Note that the scores of all enrolments may differ now."""
        # whoever may edit scorecards may not see every enrolment: these are only marks
        self.env["pmm.dirty"]._mark("measure", self.sudo().enrollment_ids.ids)

    def action_view_scores(self):
        """Return the action that shows the scores of this programme."""
        action = self.env["ir.actions.act_window"]._for_xml_id("pmm_partner_kpi.pmm_score_action")
        return action | {
            "domain": [("program_id", "in", self.ids)],
            "context": {"search_default_current": 1},
        }
