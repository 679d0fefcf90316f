from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain


class PmmEnrollment(models.Model):
    """How an enrolment came about: the rule of entry, and the agreement that was accepted."""

    _inherit = "pmm.enrollment"

    acceptance_ids = fields.One2many(
        "pmm.agreement.acceptance",
        "enrollment_id",
        string="Accepted agreements",
        groups="base.group_user",
    )
    agreement_missing = fields.Boolean(
        string="Agreement not accepted",
        compute="_compute_agreement_missing",
        compute_sudo=True,
        search="_search_agreement_missing",
        help="A required agreement is in force, and nobody of the partner has accepted it.",
    )

    @api.depends("acceptance_ids", "program_id", "date_stop", "is_shadow")
    def _compute_agreement_missing(self):
        in_force = self.env["pmm.agreement"]._in_force(self.program_id)
        for enrollment in self:
            agreement = in_force.get(enrollment.program_id)
            enrollment.agreement_missing = bool(
                agreement
                and agreement.required
                and not enrollment.is_shadow
                and enrollment._state_now() in ("running", "suspended")
                and agreement not in enrollment.acceptance_ids.agreement_id
            )

    def _search_agreement_missing(self, operator, value):
        if operator != "in":
            return NotImplemented
        # the rules on enrolments decide whose are found
        programs = self.env["pmm.program"].sudo().search([("agreement_ids", "!=", False)])
        in_force = self.env["pmm.agreement"]._in_force(programs)
        missing = Domain.OR(
            agreement._missing_domain() for agreement in in_force.values() if agreement.required
        )
        if set(value) == {True, False}:
            return Domain.TRUE
        return missing if True in value else ~missing

    @api.constrains("partner_id", "program_id")
    def _check_entry_rule(self):
        for program, enrollments in self.grouped("program_id").items():
            program._check_may_join((enrollments - enrollments._from_pilot()).partner_id)

    def _from_pilot(self):
        """Return those of these enrolments that go on where a pilot enrolment ends."""
        live = self.filtered(lambda e: e.program_id.is_pilot and not e.is_shadow)
        if not live:
            return live
        pilot = self.search(
            [
                ("program_id", "in", live.program_id.ids),
                ("partner_id", "in", live.partner_id.ids),
                ("is_shadow", "=", True),
                ("date_stop", "in", live.mapped("date_start")),
            ]
        )
        ended = {(each.program_id, each.partner_id, each.date_stop) for each in pilot}
        return live.filtered(lambda e: (e.program_id, e.partner_id, e.date_start) in ended)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_accepted(self):
        if accepted := self.filtered("acceptance_ids"):
            raise UserError(
                self.env._(
                    "%(enrollment)s has accepted an agreement and cannot be deleted. End it"
                    " instead.",
                    enrollment=accepted[0].display_name,
                )
            )

    def _ask_for_portal_access(self, contact):
        """Ask the account manager once to give ``contact`` portal access."""
        for enrollment in self:
            user = enrollment.user_id or enrollment.program_id.user_id
            summary = self.env._("Give portal access to %s", contact.name)
            if user and summary not in enrollment.activity_ids.mapped("summary"):
                enrollment.activity_schedule(
                    "mail.mail_activity_data_todo", user_id=user.id, summary=summary
                )
