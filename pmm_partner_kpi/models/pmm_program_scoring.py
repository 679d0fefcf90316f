from odoo import api, fields, models
from odoo.exceptions import ValidationError


class PmmProgram(models.Model):
    """The scorecards of a programme, and the KPI that gives points for its tiers."""

    _inherit = "pmm.program"

    scorecard_ids = fields.One2many("pmm.scorecard", "program_id", string="Scorecards", copy=True)
    points_kpi_id = fields.Many2one(
        "pmm.kpi.definition",
        string="Points for tiers",
        ondelete="restrict",
        check_company=True,
        tracking=True,
        help="The KPI whose points count where a tier asks for points, beside points that were"
        " brought along. They are counted per period, over the periods that begin in the time"
        " that counts for tiers.",
    )
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

    @api.constrains("points_kpi_id", "company_id")
    def _check_points_kpi(self):
        for program in self:
            kpi = program.points_kpi_id
            if kpi and kpi.unit != "points":
                raise ValidationError(
                    self.env._(
                        "“%(kpi)s” does not give points, which “%(program)s” needs for its tiers.",
                        kpi=kpi.name,
                        program=program.name,
                    )
                )

    def write(self, vals):
        result = super().write(vals)
        if "points_kpi_id" in vals:
            self._mark_tiers()
        return result

    def _mark_scores(self):
        """Note that the scores of all enrolments may differ now."""
        # whoever may edit scorecards may not see every enrolment: these are only marks
        self.env["pmm.dirty"]._mark("measure", self.sudo().enrollment_ids.ids)

    def action_view_scores(self):
        """Return the action that shows the scores of this programme."""
        action = self.env["ir.actions.act_window"]._for_xml_id("pmm_partner_kpi.pmm_score_action")
        return action | {
            "domain": [("program_id", "in", self.ids)],
            "context": {"search_default_current": 1, "search_default_scored": 1},
        }
