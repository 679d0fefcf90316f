from odoo import api, fields, models

from ..queries.meeting_facts import EACH_ONCE, held_meetings


class PmmKpiSourceMeetings(models.AbstractModel):
    """Number of meetings held with people of the partner, each once."""

    _name = "pmm.kpi.source.meetings"
    _inherit = ["pmm.kpi.source.facts"]
    _description = "KPI Source: Meetings"

    @api.model
    def _facts(self, kpi, program):
        return held_meetings(program, fields.Datetime.now(), program._today())

    @api.model
    def _aggregate(self, kpi):
        return EACH_ONCE

    @api.model
    def _facts_model(self, kpi):
        return "calendar.event"

    @api.model
    def _is_additive(self, kpi):
        return True
