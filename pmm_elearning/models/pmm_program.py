from operator import itemgetter

from odoo import api, fields, models
from odoo.tools import groupby

from ..queries.missing_members import missing_members

BATCH = 1000


class PmmProgram(models.Model):
    _inherit = "pmm.program"

    channel_ids = fields.Many2many(
        "slide.channel",
        "pmm_program_slide_channel_rel",
        "program_id",
        "channel_id",
        string="Courses",
        groups="pmm_partner_kpi.group_pmm_user",
        help="People with a role at an enrolled partner become members of these courses.",
    )

    def action_view_course_progress(self):
        """Return the action that shows how far the people of this programme are."""
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "pmm_elearning.pmm_course_progress_action"
        )
        return action | {"domain": [("program_id", "in", self.ids)], "context": {}}

    # === THE RUN === #

    def _run(self):
        figures = super()._run()
        figures["members"] = 0
        while joined := self._join_courses(BATCH):
            figures["members"] += joined
        return figures

    def _run_sentence(self, figures):
        return self.env._(
            "%(before)s New course members: %(members)s.",
            before=super()._run_sentence(figures),
            members=figures["members"],
        )

    def _join_courses(self, limit):
        """Make up to ``limit`` of the people who should be members of courses just that.

        Return their number; nobody is written to.
        """
        joined = 0
        for channel_id, rows in groupby(self._missing_members(limit), itemgetter(0)):
            people = self.env["res.partner"].browse(partner_id for _channel, partner_id in rows)
            # who starts the run need not be allowed to edit courses
            course = self.env["slide.channel"].sudo().browse(channel_id)
            joined += len(course._action_add_members(people, member_status="joined"))
        return joined

    def _missing_members(self, limit):
        """Return up to ``limit`` (course id, person id) of those who should be members."""
        self.env.flush_all()
        return self.env.execute_query(missing_members(self.ids, fields.Datetime.now(), limit))

    # === CRON === #

    @api.model
    def _cron_join_courses(self, batch=BATCH):
        """Make members of courses whoever has become entitled, in batches that survive a stop."""
        cron = self.env["ir.cron"]
        programs = self.search([("channel_ids", "!=", False)])
        waiting = programs.filtered(lambda program: program._missing_members(limit=1))
        cron._commit_progress(remaining=len(waiting))
        for number, program in enumerate(waiting, 1):
            # first statement of its transaction, so that it sees all that a run before it left
            while program._try_lock_for_run() and (joined := program._join_courses(batch)):
                if not cron._commit_progress(joined, remaining=len(waiting) - number + 1):
                    return
        cron._commit_progress(remaining=0)
