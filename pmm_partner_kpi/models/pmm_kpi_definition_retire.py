from odoo import api, models
from odoo.fields import Command


class PmmKpiDefinition(models.Model):
    """What becomes of KPIs when the addon that measures them is uninstalled."""

    _inherit = "pmm.kpi.definition"

    def _retire_source(self, code):
        """Take those of source ``code`` out of use before nothing can measure them.

        They, and what follows from them, are archived and leave their programmes; published
        figures stay. Addons give it as ``ondelete`` of the code that they add to ``source``.
        """
        retired = self.filtered(lambda kpi: kpi.source == code)
        concerned = retired._and_derived()
        # what is derived first: it is refused while something that it needs is archived
        for kpi in reversed(concerned._with_depends() & concerned):
            kpi.write({"active": False, "program_ids": [Command.clear()]})
        # past the rule that what is published stays as it is defined: nobody measures it any more
        models.Model.write(retired, self._retired_values())

    @api.model
    def _retired_values(self):
        """Return what a KPI is given that cannot be measured any more."""
        return {"source": "revenue"}
