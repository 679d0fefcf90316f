from odoo import api, fields, models

from ..queries.scores import stale_scores, upsert_scores


class PmmScore(models.Model):
    """What an enrolment scores on a scorecard in a period. Written by the run only."""

    _name = "pmm.score"
    _description = "Score"
    _order = "date_start desc, partner_id, scorecard_id, id"
    _log_access = False

    _one_per_period = models.Constraint(
        "UNIQUE(scorecard_id, enrollment_id, period_id)",
        "A partner has one score per scorecard and period.",
    )
    _enrollment_idx = models.Index("(enrollment_id, date_start)")  # partner's own list
    _program_idx = models.Index("(program_id, period_id)")  # scores of a programme

    scorecard_id = fields.Many2one(
        "pmm.scorecard", required=True, readonly=True, ondelete="cascade"
    )
    enrollment_id = fields.Many2one(
        "pmm.enrollment", string="Enrolment", required=True, readonly=True, ondelete="cascade"
    )
    period_id = fields.Many2one("pmm.period", required=True, readonly=True, ondelete="cascade")
    program_id = fields.Many2one(
        "pmm.program", string="Programme", required=True, readonly=True, ondelete="cascade"
    )
    partner_id = fields.Many2one(
        "res.partner", required=True, readonly=True, index=True, ondelete="restrict"
    )
    user_id = fields.Many2one(related="enrollment_id.user_id", string="Account manager")
    company_id = fields.Many2one(
        "res.company", required=True, readonly=True, index=True, ondelete="restrict"
    )
    date_start = fields.Date(
        string="Period start", required=True, readonly=True, help="First day of the period."
    )
    has_score = fields.Boolean(readonly=True)
    score = fields.Float(
        digits=(16, 4),
        readonly=True,
        aggregator="avg",
        help="The attainments of the KPIs, held between their bounds, by weight.",
    )
    covered = fields.Float(
        string="Covered %",
        digits=(16, 2),
        readonly=True,
        aggregator="avg",
        help="A KPI without target or data is left out, and the weights of the others are scaled"
        " up. This much of the weight is in the score.",
    )
    # [{kpi, weight, floor, cap, attainment, component}] as it was: weights may change later
    # with internal KPIs, so not for partners
    components = fields.Json(
        readonly=True, export_string_translation=False, groups="base.group_user"
    )
    scored_at = fields.Datetime(string="Last change", required=True, readonly=True)
    components_html = fields.Html(
        string="Made up of",
        compute="_compute_components_html",
        sanitize=False,
        groups="base.group_user",
    )

    @api.depends("partner_id.name", "scorecard_id.name", "period_id.name")
    def _compute_display_name(self):
        for score in self:
            score.display_name = (
                f"{score.partner_id.name} · {score.scorecard_id.name} · {score.period_id.name}"
            )

    @api.depends("components")
    def _compute_components_html(self):
        rows = self._component_rows()
        for score in self:
            score.components_html = self.env["ir.qweb"]._render(
                "pmm_partner_kpi.pmm_score_components", {"rows": rows[score]}
            )

    def _percent(self):
        """Return the score in percent, cut to whole ones so that 100 % means all reached."""
        self.ensure_one()
        return self._cut(self.score)

    @api.model
    def _cut(self, ratio):
        # it has four digits; a float may lie a little below them
        return int(round(ratio * 10000) / 100)

    def _covers_all(self):
        """Return whether every KPI of the scorecard is in this score."""
        self.ensure_one()
        return round(self.covered, 2) == 100

    def _format_covered(self):
        return self.env["pmm.scorecard.line"]._format_percent(self.covered)

    def _component_rows(self):
        """Return {score: what it is made of}, in the order of the scorecard, for readers.

        Each row is a dict: KPI, result (or none), weight and bounds, attainment and component
        in words; the last two are False where the KPI has no attainment.
        """
        found = self.env["pmm.kpi.measurement"].search(
            [
                ("enrollment_id", "in", self.enrollment_id.ids),
                ("period_id", "in", self.period_id.ids),
            ]
        )
        results = {(each.kpi_id.id, each.enrollment_id, each.period_id): each for each in found}
        percent = self.env["pmm.scorecard.line"]._format_percent
        rows = {score: [] for score in self}
        for score in self:
            for part in score.components or []:
                key = (part["kpi"], score.enrollment_id, score.period_id)
                void = part["attainment"] is None
                rows[score].append(
                    {
                        "kpi": self.env["pmm.kpi.definition"].browse(part["kpi"]),
                        "result": results.get(key, found.browse()),
                        "weight": percent(part["weight"]),
                        "bounds": (percent(part["floor"]), percent(part["cap"])),
                        "attainment": not void and percent(part["attainment"] * 100),
                        "component": not void and percent(part["component"] * 100),
                    }
                )
        return rows

    def _result_domain(self):
        """Return the domain of the results that this score is made of."""
        self.ensure_one()
        return [
            ("kpi_id", "in", [part["kpi"] for part in self.components or []]),
            ("enrollment_id", "=", self.enrollment_id.id),
            ("period_id", "=", self.period_id.id),
        ]

    def action_view_results(self):
        """Return the action that lists the results which this score is made of."""
        self.ensure_one()
        self.check_access("read")
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "pmm_partner_kpi.pmm_kpi_measurement_action"
        )
        return action | {
            "display_name": self.display_name,
            "domain": self._result_domain(),
            "views": [(False, "list"), (False, "form")],
            "context": {},
        }

    # === SCORING === #

    @api.model
    def _score_batch(self, program, enrollment_ids):
        """Bring the scores of these enrolments in open periods up to date; results are there."""
        # scores are the same whoever starts the run
        program = program.sudo()
        if not program.with_context(active_test=False).scorecard_ids:
            return
        today = program._today()
        stale = self.env.execute_query(stale_scores(program, enrollment_ids, today))
        # as derived data they belong to the run
        self.sudo().browse(id_ for [id_] in stale).unlink()
        if program.scorecard_ids:
            self.env.cr.execute(upsert_scores(program, enrollment_ids, today))
        self.invalidate_model()
