from odoo import api, models
from odoo.exceptions import UserError


class PmmEnrollment(models.Model):
    """Enrolments with a final result in a contest stay."""

    _inherit = "pmm.enrollment"

    def _in_ended_contests(self):
        # results of all account managers' partners
        results = self.env["pmm.contest.result"].sudo()
        found = results.search(
            [("enrollment_id", "in", self.ids), ("contest_id.state", "=", "ended")]
        )
        return self.browse(found.enrollment_id.ids)

    def _with_history(self):
        return super()._with_history() | self._in_ended_contests()

    @api.ondelete(at_uninstall=False)
    def _unlink_except_in_contests(self):
        if ended := self._in_ended_contests():
            raise UserError(
                self.env._(
                    "%(enrollment)s has a final result in a contest and cannot be deleted. End it"
                    " instead.",
                    enrollment=ended[0].display_name,
                )
            )
