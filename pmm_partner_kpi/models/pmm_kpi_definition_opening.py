from odoo import api, models
from odoo.exceptions import ValidationError


class PmmKpiDefinition(models.Model):
    """Which KPIs can be added to: opening balances are only allowed where values add up."""

    _inherit = "pmm.kpi.definition"

    def _takes_openings(self):
        """Return whether opening balances can be added: only to what adds up by itself."""
        self.ensure_one()
        return (
            self.compare == "none"
            and self.window == "period"
            and not self._is_derived()
            and self._source()._is_additive(self)
        )

    @api.constrains(lambda self: sorted(self._measured_by()))
    def _check_openings(self):
        """Keep what was brought along: it may not silently stop counting."""
        # openings of partners that the reader does not see count as well
        openings = self.env["pmm.opening.balance"].sudo()
        known = openings.search([("kpi_id", "in", self.ids)]).kpi_id
        for kpi in self & known.with_env(self.env):
            if not kpi._takes_openings():
                raise ValidationError(
                    self.env._(
                        "“%s” has opening balances, which would not count any more. Make another"
                        " KPI, or delete them first.",
                        kpi.name,
                    )
                )

    def _no_openings_sentence(self):
        self.ensure_one()
        return self.env._(
            "“%s” does not add up day by day, so no opening balance can be added to it. Bring"
            " along what it is measured from.",
            self.name,
        )
