from odoo import fields, models


class PmmProgramTemplateKpi(models.Model):
    """A KPI that programmes of a template measure, with the target that is proposed."""

    _name = "pmm.program.template.kpi"
    _description = "KPI of a Programme Template"
    _order = "template_id, sequence, id"
    _rec_name = "kpi_id"

    _one_per_kpi = models.Constraint(
        "UNIQUE(template_id, kpi_id)", "A KPI stands once in a template."
    )
    _target_positive = models.Constraint(
        "CHECK(target >= 0)", "A target cannot be negative. Leave it at 0 where there is none."
    )

    template_id = fields.Many2one("pmm.program.template", required=True, ondelete="cascade")
    company_id = fields.Many2one(related="template_id.company_id", store=True, index=True)
    sequence = fields.Integer(default=10)
    kpi_id = fields.Many2one(
        "pmm.kpi.definition", string="KPI", required=True, index=True, ondelete="cascade"
    )
    target = fields.Float(
        digits=(20, 4),
        help="For each partner and period, in the currency of the programme or the unit of the"
        " KPI; 0: no target.",
    )

    def _prepare_vals(self):
        self.ensure_one()
        return {"kpi_id": self.kpi_id.id, "target": self.target}
