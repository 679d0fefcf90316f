from odoo import fields, models


class PmmKpiDefinition(models.Model):
    _inherit = "pmm.kpi.definition"

    source = fields.Selection(
        selection_add=[
            ("customer_rating", "Average customer rating"),
            ("customer_satisfaction", "Satisfied customers, in %"),
        ],
        ondelete={
            "customer_rating": lambda kpis: kpis._retire_source("customer_rating"),
            "customer_satisfaction": lambda kpis: kpis._retire_source("customer_satisfaction"),
        },
    )
