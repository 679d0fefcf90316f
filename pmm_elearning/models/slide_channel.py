from odoo import fields, models


class SlideChannel(models.Model):
    _inherit = "slide.channel"

    pmm_program_ids = fields.Many2many(
        "pmm.program",
        "pmm_program_slide_channel_rel",
        "channel_id",
        "program_id",
        string="Partner programmes",
        groups="pmm_partner_kpi.group_pmm_user",
    )
