from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import format_date

STATES = [
    ("planned", "Planned"),
    ("running", "Running"),
    ("suspended", "Suspended"),
    ("ended", "Ended"),
]


class PmmEnrollment(models.Model):
    """Whether an enrolment takes part: suspended, ended, and why."""

    _inherit = "pmm.enrollment"

    suspension_ids = fields.One2many(
        "pmm.enrollment.suspension", "enrollment_id", string="Suspensions", groups="base.group_user"
    )
    # the programme's day decides, and people of the partner company cannot read programmes
    state = fields.Selection(
        STATES,
        string="Status",
        compute="_compute_state",
        compute_sudo=True,
        search="_search_state",
        help="On the present day of the programme. While suspended, nothing counts.",
    )
    leave_reason = fields.Char(
        string="Reason for leaving", tracking=True, groups="base.group_user", copy=False
    )

    @api.depends(
        "date_start",
        "date_stop",
        "program_id.tz",
        "suspension_ids.date_start",
        "suspension_ids.date_stop",
    )
    def _compute_state(self):
        for enrollment in self:
            enrollment.state = enrollment._state_now()

    def _state_now(self):
        """Return the status on the programme's present day; False while one is being entered."""
        self.ensure_one()
        if not self.program_id or not self.date_start:
            return False
        today = self.program_id._today()
        if today < self.date_start:
            return "planned"
        if self.date_stop and self.date_stop <= today:
            return "ended"
        suspended = any(suspension._covers(today) for suspension in self.suspension_ids)
        return "suspended" if suspended else "running"

    def _search_state(self, operator, value):
        if operator != "in":
            return NotImplemented
        return self._today_domain(
            lambda day: Domain.OR(self._state_domain(state, day) for state in value if state)
        )

    @api.model
    def _today_domain(self, domain_on):
        """Return the domain of the enrolments in ``domain_on(day)`` on their programme's day."""
        # each programme has its own day; there are few of them, of all companies
        programs = self.env["pmm.program"].sudo().with_context(active_test=False)
        programs = programs.search([("enrollment_ids", "!=", False)])
        return Domain.OR(
            Domain("program_id", "in", members.ids) & domain_on(day)
            for day, members in programs.grouped(lambda program: program._today()).items()
        )

    @api.model
    def _state_domain(self, state, day):
        """Return the domain of the enrolments that are in ``state`` on ``day``."""
        begun = Domain("date_start", "<=", day)
        ended = Domain("date_stop", "!=", False) & Domain("date_stop", "<=", day)
        suspended = Domain("suspension_ids", "any!", self.env["pmm.dated"]._on(day))
        return {
            "planned": ~begun,
            "running": begun & ~ended & ~suspended,
            "suspended": begun & ~ended & suspended,
            "ended": begun & ended,
        }[state]

    def _runs_today(self):
        """Return whether this enrolment takes part on the programme's present day."""
        return self._state_now() == "running"

    def _suspension_domain(self, field, moment=lambda day: day):
        """Return the domain on ``field`` of the days on which this enrolment is not suspended.

        ``moment`` turns a day into the value with which the field is compared.
        """
        self.ensure_one()
        domain = Domain.TRUE
        # whoever sees the figures may know which days count
        for suspension in self.sudo().suspension_ids:
            during = Domain(field, ">=", moment(suspension.date_start))
            if suspension.date_stop:
                during &= Domain(field, "<", moment(suspension.date_stop))
            domain &= ~during
        return domain

    def _check_open_days(self, *days):
        """Raise UserError where one of ``days`` lies before the first open day of the programme."""
        for enrollment in self:
            first = enrollment.program_id._first_open_day()
            if first > enrollment.program_id.date_start and any(day < first for day in days):
                raise UserError(
                    self.env._(
                        "The periods of “%(program)s” before %(day)s are closed: their figures"
                        " stay. Choose that day or a later one.",
                        program=enrollment.program_id.name,
                        day=format_date(self.env, first),
                    )
                )

    # === ACTIONS === #

    def action_suspend(self):
        """Ask from when and why nothing is to count for these enrolments."""
        return self._ask_for_change("suspend", self.env._("Suspend"))

    def action_resume(self):
        """Ask from when these enrolments take part again."""
        return self._ask_for_change("resume", self.env._("Resume"))

    def action_end(self):
        """Ask when and why the partner leaves."""
        return self._ask_for_change("end", self.env._("End Enrolment"))

    def _ask_for_change(self, change, title):
        self.ensure_one()
        self.check_access("write")
        return {
            "type": "ir.actions.act_window",
            "name": title,
            "res_model": "pmm.enrollment.change",
            "view_mode": "form",
            "target": "new",
            "context": {
                "default_enrollment_id": self.id,
                "default_change": change,
                "default_date": self.program_id._today(),
            },
        }
