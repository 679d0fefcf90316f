from odoo import api, fields, models
from odoo.fields import Domain


class PmmDated(models.AbstractModel):
    """A row that holds from a day until a day, ``[date_start, date_stop)``."""

    _name = "pmm.dated"
    _description = "From a Day until a Day"

    date_start = fields.Date(string="From", required=True, default=fields.Date.context_today)
    date_stop = fields.Date(string="Ends before")

    @api.model
    def _on(self, day):
        """Return the domain of the rows that hold on ``day``."""
        return Domain("date_start", "<=", day) & (
            Domain("date_stop", "=", False) | Domain("date_stop", ">", day)
        )

    def _covers(self, day):
        """Return whether this row holds on ``day``."""
        self.ensure_one()
        return self.date_start <= day and (not self.date_stop or day < self.date_stop)

    def _meets(self, other):
        """Return whether the two rows have a day in common."""
        return (not self.date_stop or other.date_start < self.date_stop) and (
            not other.date_stop or self.date_start < other.date_stop
        )
