from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.tools import format_date


class PmmEnrollmentChange(models.TransientModel):
    """Asks for the day and the reason of a suspension, its end, or the end of an enrolment."""

    _name = "pmm.enrollment.change"
    _description = "Suspend, Resume or End an Enrolment"

    enrollment_id = fields.Many2one(
        "pmm.enrollment", string="Enrolment", required=True, readonly=True, ondelete="cascade"
    )
    change = fields.Selection(
        [("suspend", "Suspend"), ("resume", "Resume"), ("end", "End")],
        required=True,
        readonly=True,
    )
    date = fields.Date(string="From", required=True)
    date_stop = fields.Date(
        string="Ends before",
        help="The first day on which the partner takes part again; empty: until you resume it.",
    )
    reason = fields.Char()

    @api.constrains("change", "reason")
    def _check_reason(self):
        for wizard in self:
            if wizard.change == "suspend" and not (wizard.reason or "").strip():
                raise ValidationError(self.env._("Say why the partner is suspended."))

    def action_apply(self):
        """Make the change; raise UserError with the remedy where the day does not fit."""
        self.ensure_one()
        self.check_access("write")
        self.enrollment_id.check_access("write")
        getattr(self, f"_{self.change}")()
        return {"type": "ir.actions.act_window_close"}

    def _suspend(self):
        enrollment = self.enrollment_id
        if not enrollment.date_start <= self.date or (
            enrollment.date_stop and enrollment.date_stop <= self.date
        ):
            raise UserError(
                self.env._(
                    "%(enrollment)s does not run on %(day)s. Choose a day on which it does.",
                    enrollment=enrollment.display_name,
                    day=format_date(self.env, self.date),
                )
            )
        suspension = self.env["pmm.enrollment.suspension"].create(
            {
                "enrollment_id": enrollment.id,
                "date_start": self.date,
                "date_stop": self.date_stop,
                "reason": self.reason,
            }
        )
        self._note(self.env._("Suspended: %s", suspension.display_name))

    def _resume(self):
        enrollment = self.enrollment_id
        # one that begins on that very day, or was only planned, never was
        suspension = enrollment.suspension_ids.filtered(
            lambda s: not s.date_stop or s.date_stop > self.date
        ).sorted("date_start")[:1]
        if not suspension:
            raise UserError(
                self.env._(
                    "%(enrollment)s is not suspended on %(day)s or later.",
                    enrollment=enrollment.display_name,
                    day=format_date(self.env, self.date),
                )
            )
        if self.date <= suspension.date_start:
            suspension.unlink()
        else:
            suspension.date_stop = self.date
        self._note(self.env._("Takes part again from %s", format_date(self.env, self.date)))

    def _end(self):
        enrollment = self.enrollment_id
        if self.date <= enrollment.date_start:
            raise UserError(
                self.env._(
                    "%(enrollment)s began on %(day)s: it can end on the day after that at the"
                    " earliest. Delete an enrolment that was a mistake.",
                    enrollment=enrollment.display_name,
                    day=format_date(self.env, enrollment.date_start),
                )
            )
        enrollment._check_open_days(*filter(None, (self.date, enrollment.date_stop)))
        enrollment.write({"date_stop": self.date, "leave_reason": self.reason})

    def _note(self, text):
        reason = f" ({self.reason})" if self.reason else ""
        self.enrollment_id.message_post(body=text + reason)
