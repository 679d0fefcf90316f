from odoo import models
from odoo.exceptions import UserError


class PmmKpiDefinition(models.Model):
    """What a contest that has been started measures stays as it was promised."""

    _inherit = "pmm.kpi.definition"

    def _check_not_published(self):
        result = super()._check_not_published()
        measuring = self._and_derived().ids
        # contests of all companies
        contests = self.env["pmm.contest"].sudo()
        running = contests.search(
            [
                ("state", "=", "running"),
                "|",
                ("kpi_id", "in", measuring),
                ("second_kpi_id", "in", measuring),
            ],
            limit=1,
        )
        if running:
            raise UserError(
                self.env._(
                    "The contest “%(contest)s” measures “%(kpi)s”: how it is measured stays until"
                    " its result is final.",
                    contest=running.name,
                    kpi=self.name,
                )
            )
        return result
