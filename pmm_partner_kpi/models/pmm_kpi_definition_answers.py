from odoo import api, fields, models


class PmmKpiDefinition(models.Model):
    """KPIs over answers of people, of which too few say nothing."""

    _inherit = "pmm.kpi.definition"

    _answers_positive = models.Constraint(
        "CHECK(min_answers >= 1)", "At least one answer is needed for a result."
    )

    min_answers = fields.Integer(
        string="Answers needed",
        required=True,
        default=1,
        tracking=True,
        help="With fewer of them in the period there is no result: no data, which is not zero.",
    )
    counts_answers = fields.Boolean(compute="_compute_counts_answers")

    @api.depends("source")
    def _compute_counts_answers(self):
        for kpi in self:
            kpi.counts_answers = bool(kpi.source) and kpi._source()._counts_answers(kpi)

    @api.model
    def _measured_by(self):
        return super()._measured_by() | {"min_answers"}
