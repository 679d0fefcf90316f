from odoo import api, models


class PmmDemo(models.AbstractModel):
    """What the demo data need and data files cannot say."""

    _name = "pmm.demo"
    _description = "Demo Data of Partner Programmes"

    @api.model
    def _load_chart(self, company_id):
        """Give the demo company a chart of accounts, where it has none yet."""
        company = self.env["res.company"].browse(company_id)
        if not company.chart_template:
            company.country_id = company.country_id or self.env.ref("base.us")
            self.env["account.chart.template"].try_loading("generic_coa", company)
