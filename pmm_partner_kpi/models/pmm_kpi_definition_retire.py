from odoo import models
from odoo.fields import Command


class PmmKpiDefinition(models.Model):
    """What becomes of KPIs when the addon that measures them is uninstalled."""

    _inherit = "pmm.kpi.definition"

    def _retire_source(self, code):
        """Take those of source ``code`` out of use before nothing can measure them.

        They are archived and leave their programmes; published figures stay. Addons give it as
        ``ondelete`` of the code that they add to ``source``.
        """
        retired = self.filtered(lambda kpi: kpi.source == code)
        retired.write({"active": False, "program_ids": [Command.clear()], "source": "revenue"})
