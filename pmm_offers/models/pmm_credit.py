from odoo import api, models

from ..queries.reward_lines import without_reward_lines


class PmmCredit(models.Model):
    _inherit = "pmm.credit"

    @api.model
    def _relation(self, where):
        return without_reward_lines(super()._relation(where))
