from odoo import fields, models
from odoo.exceptions import UserError


class PmmApplication(models.Model):
    """What becomes of an application."""

    _inherit = "pmm.application"

    def _arrive(self):
        """Enrol the partner at once, or tell the programme manager that somebody waits."""
        self.ensure_one()
        if self.program_id.apply_mode == "auto" and not self._came_back():
            user = self.partner_id.user_id or self.program_id.user_id
            self._accept(self.program_id._today(), user=user, decided_by=self.env["res.users"])
            return
        self._send("mail_template_application_received")
        if self.program_id.user_id:
            self.activity_schedule(
                "mail.mail_activity_data_todo",
                date_deadline=self.program_id._today(),
                user_id=self.program_id.user_id.id,
                summary=self.env._("Decide on the application"),
            )

    def _accept(self, date_start, *, user=None, grade=None, decided_by=None):
        """Enrol the partner from ``date_start`` and return the enrolment."""
        self._take_for_decision()
        vals = {
            "program_id": self.program_id.id,
            "partner_id": self.partner_id.id,
            "date_start": date_start,
        }
        if user:
            vals["user_id"] = user.id
        enrollment = self.env["pmm.enrollment"].create(vals)
        if grade:
            self.env["pmm.enrollment.tier"].create(
                {
                    "enrollment_id": enrollment.id,
                    "grade_id": grade.id,
                    "date_start": date_start,
                    "cause": self.env._("Placed when joining"),
                }
            )
        self._decide("accepted", decided_by=decided_by, enrollment_id=enrollment.id)
        self._hand_over_signature(enrollment)
        self._make_first_owner()
        self._send("mail_template_application_accepted")
        return enrollment

    def _reject(self, reason):
        """Reject the application; the partner reads the reason."""
        self._take_for_decision()
        if not (reason or "").strip():
            raise UserError(self.env._("Say why: the partner reads it."))
        self._decide("rejected", reason=reason.strip())
        self._send("mail_template_application_rejected")

    def _withdraw(self):
        """Take the application back, as the partner wishes."""
        self._take_for_decision()
        self._decide("withdrawn", decided_by=self.env["res.users"])

    def _take_for_decision(self):
        """Let one person decide, once."""
        self.ensure_one()
        # two deciding at once: the second waits for no one, or sees what the first left
        self.lock_for_update()
        if self.state != "submitted":
            raise UserError(
                self.env._("The application of %s has been decided already.", self.display_name)
            )

    def _decide(self, state, *, decided_by=None, **vals):
        vals |= {
            "state": state,
            "decided_by_id": (self.env.user if decided_by is None else decided_by).id,
            "decided_at": fields.Datetime.now(),
        }
        # write() lets nobody decide by hand
        self.sudo().write(vals)
        self.activity_unlink(["mail.mail_activity_data_todo"])

    def _hand_over_signature(self, enrollment):
        """Let what was signed with the application count for the enrolment."""
        if self.agreement_id and self.signed_name:
            # acceptances are written by the addon only
            self.env["pmm.agreement.acceptance"].sudo().create(
                {
                    "agreement_id": self.agreement_id.id,
                    "enrollment_id": enrollment.id,
                    "contact_id": self.contact_id.id,
                    "user_id": self.signed_by_id.id,
                    "typed_name": self.signed_name,
                    "accepted_at": self.signed_at,
                    "lang": self.signed_lang,
                    "digest": self.signed_digest,
                }
            )

    def _make_first_owner(self):
        """Make whoever applied the owner of a company where nobody has a role yet."""
        # whoever accepts the application lets the applicant in; roles of others are in the way
        Role = self.env["pmm.partner.role"].sudo()
        contact = self.contact_id
        if not contact or Role.search_count([("partner_id", "=", self.partner_id.id)], limit=1):
            return
        if self.decided_by_id or not self._known_from_elsewhere():
            Role.create({"contact_id": contact.id, "role": "owner"})
            return
        # nobody of ours has looked, and there is something to see already
        enrollment = self.enrollment_id
        if user := enrollment.user_id or self.program_id.user_id:
            enrollment.activity_schedule(
                "mail.mail_activity_data_todo",
                date_deadline=self.program_id._today(),
                user_id=user.id,
                summary=self.env._("Give roles to the people of %s", self.partner_id.name),
            )

    def _known_from_elsewhere(self):
        """Return whether the company has another enrolment than the one that came of this."""
        # those of other companies of ours, and in the care of others, count as well
        Enrollment = self.env["pmm.enrollment"].sudo()
        others = [("partner_id", "=", self.partner_id.id), ("id", "!=", self.enrollment_id.id)]
        return bool(Enrollment.search_count(others, limit=1))

    # === ACTIONS === #

    def action_accept(self):
        """Ask from when, by whom and with which tier the partner is enrolled."""
        return self._ask("accept", self.env._("Accept the Application"))

    def action_reject(self):
        """Ask for the reason, which the partner reads."""
        return self._ask("reject", self.env._("Reject the Application"))

    def action_open_enrollment(self):
        """Return the action that opens the enrolment which came of it."""
        self.ensure_one()
        self.check_access("read")
        return self.enrollment_id._get_records_action()

    def _ask(self, decision, title):
        self.ensure_one()
        self.check_access("write")
        return {
            "type": "ir.actions.act_window",
            "name": title,
            "res_model": "pmm.application.decide",
            "view_mode": "form",
            "target": "new",
            "context": {"default_application_id": self.id, "default_decision": decision},
        }
