from odoo import api, models

from ..queries.survey_answers import net_promoters


class PmmKpiSourcePartnerNps(models.AbstractModel):
    """Net promoter score, −100 to 100: would people of the partner recommend us?"""

    _name = "pmm.kpi.source.partner_nps"
    _inherit = ["pmm.kpi.source.survey_average"]
    _description = "KPI Source: Partner NPS"

    @api.model
    def _aggregate(self, kpi):
        return net_promoters()
