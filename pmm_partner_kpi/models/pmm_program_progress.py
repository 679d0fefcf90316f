from odoo import fields, models
from odoo.tools import format_date
from odoo.tools.misc import format_time

from ..queries.counting_enrollments import counting_enrollments
from ..queries.waiting import credited_since, waiting_documents, waiting_enrollments


class PmmProgram(models.Model):
    """What still has to be calculated: for people who ask whether the figures are up to date."""

    _inherit = "pmm.program"

    waiting_partners = fields.Integer(
        compute="_compute_waiting", help="Enrolments that have to be measured again."
    )
    waiting_documents = fields.Integer(
        compute="_compute_waiting",
        help="Orders and invoices of the company that have not become sales credits yet.",
    )
    waiting_sentence = fields.Char(string="Calculation", compute="_compute_waiting")

    def _compute_waiting(self):
        self.env["pmm.dirty"].flush_model()
        self.env["pmm.enrollment"].flush_model(["partner_id", "program_id"])
        partners = dict(self.env.execute_query(waiting_enrollments(self.ids)))
        documents = dict(self.env.execute_query(waiting_documents(self.company_id.ids)))
        for program in self:
            program.waiting_partners = partners.get(program.id, 0)
            program.waiting_documents = documents.get(program.company_id.id, 0)
            program.waiting_sentence = program._waiting_sentence()

    def _waiting_sentence(self):
        """Return what waits for calculation and when the last run was, in words."""
        self.ensure_one()
        if not (self.waiting_partners or self.waiting_documents):
            waiting = self.env._("Up to date.")
        else:
            waiting = self.env._(
                "Waiting for calculation: partners %(partners)s, documents %(documents)s.",
                partners=self.waiting_partners,
                documents=self.waiting_documents,
            )
        if not self.last_run_at:
            return waiting
        return self.env._("%(waiting)s Last run: %(time)s.", waiting=waiting, time=self._run_time())

    def _run_time(self):
        """Return when the last run was, for the reader: the time, with the day if not today."""
        time = format_time(self.env, self.last_run_at, self.env.user.tz, time_format="short")
        day = fields.Datetime.context_timestamp(self, self.last_run_at).date()
        if day == fields.Date.context_today(self):
            return time
        return f"{format_date(self.env, day)} {time}"

    # === WHAT MAKES IT WAIT === #

    def _mark_credited_since(self, day):
        """Mark the enrolments of these programmes that count sales from ``day`` on."""
        self.env.flush_all()
        partners = self.env.execute_query(credited_since(self.company_id.ids, day))
        if not partners:
            return
        rows = self.env.execute_query(counting_enrollments([id_ for [id_] in partners]))
        enrollments = self.env["pmm.enrollment"].browse(id_ for [id_] in rows)
        enrollments.filtered(lambda each: each.program_id in self)._mark_to_measure()
