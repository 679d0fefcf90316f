from odoo import models
from odoo.exceptions import AccessError

from ..queries.counting_enrollments import counting_enrollments


class PmmEnrollment(models.Model):
    """One partner's figures at once, for people who have it on the telephone."""

    _inherit = "pmm.enrollment"

    def action_measure_now(self):
        """Bring what this partner has been credited with and has reached up to date, now.

        Return a notification that tells what changed; raise UserError with the remedy where
        somebody calculates already, or something that is needed is missing.
        """
        self.ensure_one()
        self._check_may_measure()
        # the account manager may not edit what is calculated; the figures are the run's
        figures = self.sudo()._measure_now()
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "success",
                "title": self.env._("%s is up to date", self.partner_id.name),
                "message": self._measured_sentence(figures),
                "next": {"type": "ir.actions.client", "tag": "soft_reload"},
            },
        }

    def _check_may_measure(self):
        """Let managers and the account manager of this partner calculate it."""
        self.check_access("read")
        user = self.env.user
        own = self.user_id == user and user.has_group("pmm_partner_kpi.group_pmm_user")
        if not (own or self.has_access("write")):
            raise AccessError(
                self.env._(
                    "Programme managers and the account manager of %s can calculate it.",
                    self.partner_id.name,
                )
            )

    def _measure_now(self):
        """Credit this partner and calculate all enrolments that count it; return the figures."""
        partners = self.partner_id
        self.env.flush_all()
        rows = self.env.execute_query(counting_enrollments(partners.ids))
        # other companies' programmes follow with their schedule, out of the reader's sight
        enrollments = self.browse(id_ for [id_] in rows).filtered(
            lambda each: each.company_id == self.company_id
        )
        programs = enrollments.program_id
        programs._lock_for_run()
        programs._ensure_periods()
        credits = self.env["pmm.credit"]._fill_marked("credit_partner", partners.ids)
        programs._check_currency_rates()
        return {"credits": credits} | programs._calculate(enrollments)

    def _measured_sentence(self, figures):
        """Return what ``figures`` of a calculation say, in words; addons add theirs."""
        parts = [
            (self.env._("New sales credits: %s.", figures["credits"]), figures["credits"]),
            (self.env._("Results changed: %s.", figures["measurements"]), figures["measurements"]),
            (
                self.env._("Late changes in closed periods: %s.", figures["restatements"]),
                figures["restatements"],
            ),
            (self.env._("Changes of tier: %s.", figures["tiers"]), figures["tiers"]),
        ]
        changed = [sentence for sentence, count in parts if count]
        return " ".join(changed) or self.env._("Nothing has changed.")
