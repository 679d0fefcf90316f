from markupsafe import Markup

from odoo import api, models

from ..queries.tracking import note_warnings


class PmmProgram(models.Model):
    """Account managers are told when results of their partners get worse, once."""

    _inherit = "pmm.program"

    @api.model
    def _cron_warn(self, batch):
        """Tell account managers what has become worse, in batches that survive a stop."""
        cron = self.env["ir.cron"]
        for program in self.search([("enrollment_ids", "!=", False)]):
            # a programme in calculation has its turn next time
            while program.try_lock_for_update(allow_referencing=True) and (
                count := program._warn(batch)
            ):
                if not cron._commit_progress(count, remaining=0):
                    return

    def _warn(self, limit):
        """Make an activity for each of up to ``limit`` enrolments; return how many there were.

        What somebody was told of is noted, so nobody is told of the same twice in a period.
        """
        self.ensure_one()
        # results of all account managers, whoever starts the schedule
        Measurement = self.env["pmm.kpi.measurement"].sudo()
        self.env.flush_all()
        rows = self.env.execute_query(note_warnings(self, self._today(), limit))
        Measurement.invalidate_model(["warned"])
        told = Measurement.browse(id_ for [id_] in rows).grouped("enrollment_id")
        # a list of what to do is enough: no mail for each of them
        activities = Measurement.env["mail.activity"].with_context(mail_activity_quick_update=True)
        activities.create(
            [self._prepare_warning_vals(each, results) for each, results in told.items()]
        )
        return len(told)

    def _prepare_warning_vals(self, enrollment, results):
        user = enrollment.user_id or self.user_id
        # written for whoever reads it
        results = results.with_context(lang=user.lang).sorted(
            lambda result: (result.tracking != "behind", result.kpi_id.sequence, result.kpi_id.id)
        )
        env = results.env
        return {
            "res_model_id": env["ir.model"]._get_id("pmm.enrollment"),
            "res_id": enrollment.id,
            "activity_type_id": env.ref("pmm_partner_kpi.mail_activity_data_tracking").id,
            "user_id": user.id,
            "date_deadline": self._today(),
            "summary": env._("%s: targets at risk", enrollment.partner_id.name),
            "note": Markup("<ul>%s</ul>")
            % Markup("").join(
                Markup("<li>%s</li>") % result._warning_sentence() for result in results
            ),
        }
