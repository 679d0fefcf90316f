from markupsafe import Markup

from odoo import api, models


class PmmProgram(models.Model):
    """What the list of programmes says while there is none."""

    _inherit = "pmm.program"

    @api.model
    def get_empty_list_help(self, help_message):
        """Offer the templates to those only who may make a programme."""
        # the web client loads actions with all rights: ask for those of the reader
        if self.sudo(False).has_access("create"):
            return super().get_empty_list_help(help_message)
        return Markup('<p class="o_view_nocontent_empty_folder">%s</p>') % self.env._(
            "No programme yet. A programme manager makes the first one."
        )
