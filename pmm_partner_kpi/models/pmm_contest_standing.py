import logging
from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import html2plaintext

from ..queries.contests import open_to, own_windows, store_standing
from ..queries.kpi_values import own_pairs
from ..queries.planning import without_jit
from ..queries.windows import OwnWindows

_logger = logging.getLogger(__name__)


class PmmContest(models.Model):
    """Who stands where in a contest, day by day, until its result is final."""

    _inherit = "pmm.contest"

    def _day(self):
        """Return the day on which one has to take part: today, or the last day of the contest."""
        self.ensure_one()
        return min(self.program_id._today(), self._last_day())

    def _is_due(self):
        """Return whether the grace days are over."""
        self.ensure_one()
        return self.program_id._today() >= self.date_stop + timedelta(days=self.grace_days)

    def _refresh(self):
        """Bring the standings of running contests up to date, and make final what is due.

        One statement per contest; credits are up to date. A final result never changes.
        """
        self.env.flush_all()
        ended = self.browse()
        # figures are the same whoever starts it
        for contest in self.sudo().filtered(lambda each: each.state == "running"):
            today = contest.program_id._today()
            if today < contest.date_start:
                continue
            self.env.cr.execute(without_jit())
            self.env.cr.execute(contest._standing_statement())
            vals = {"standing_day": today}
            if contest._is_due():
                vals |= {"state": "ended", "frozen_at": fields.Datetime.now()}
                ended |= contest
            contest._move(vals)
        self.env["pmm.contest.result"].invalidate_model()
        self.invalidate_recordset(["result_ids"])
        ended._tell_winners()

    def _standing_statement(self):
        self.ensure_one()
        second = self.second_kpi_id if self.tie_rule == "second" else self.second_kpi_id.browse()
        rows = own_windows(self, self._day())
        values = (self.kpi_id | second)._value_select(
            OwnWindows(self.program_id, rows), own_pairs(rows)
        )
        second_column = second._value_column() if second else None
        return store_standing(self, values, self.kpi_id._value_column(), second_column)

    def _tell_winners(self):
        """Note the result of contests that have just become final; ask whoever is in charge."""
        vals_list = []
        model_id = self.env["ir.model"]._get_id("pmm.enrollment")
        todo = self.env.ref("mail.mail_activity_data_todo")
        for contest in self:
            winners = contest.result_ids._winners()
            contest._message_log(body=contest._result_sentence(winners))
            for result in winners:
                user = result.enrollment_id.user_id or contest.program_id.user_id
                vals_list.append(
                    {
                        "res_model_id": model_id,
                        "res_id": result.enrollment_id.id,
                        "activity_type_id": todo.id,
                        "user_id": user.id,
                        "date_deadline": contest.program_id._today(),
                        "summary": self.env._(
                            "Won in “%(contest)s”, place %(place)s: %(prize)s",
                            contest=contest.name,
                            place=result.place,
                            prize=result.prize,
                        ),
                    }
                )
        # the one in charge need not be the one who started the run
        self.env["mail.activity"].sudo().create(vals_list)

    def _result_sentence(self, winners):
        if not winners:
            return self.env._("The result is final: nobody has won.")
        return self.env._(
            "The result is final. Winners: %s.",
            ", ".join(f"{result.place}. {result.partner_id.name}" for result in winners),
        )

    def _open_to(self, enrollments):
        """Return {(contest id, enrollment id)}: in which of these contests they take part."""
        days = {contest.id: max(contest._day(), contest.date_start) for contest in self}
        self.env.flush_all()
        return set(self.env.execute_query(open_to(days, enrollments.ids)) if days else [])

    # === CRON === #

    @api.model
    def _cron_refresh(self):
        """Renew the standings once a day, and make final what is due."""
        cron = self.env["ir.cron"]
        contests = self.search([("state", "=", "running")])
        contests = contests.filtered(
            lambda each: each.date_start <= each.program_id._today() != each.standing_day
        )
        cron._commit_progress(remaining=len(contests))
        for number, contest in enumerate(contests, 1):
            # first statement of its transaction; a programme in calculation has its turn next time
            if contest.program_id._try_lock_for_run():
                contest._refresh_or_tell()
            if not cron._commit_progress(1, remaining=len(contests) - number):
                return

    def _refresh_or_tell(self):
        """Renew the standing of this contest, or tell once why that cannot be done."""
        self.ensure_one()
        try:
            with self.env.cr.savepoint():
                # what came in since the last run counts as well
                self.env["pmm.credit"]._fill_dirty()
                self.program_id._check_currency_rates()
                self._refresh()
        except UserError as error:
            _logger.info("Contest %s was not calculated: %s", self.name, error)
            if str(error)[:60] not in html2plaintext(self.message_ids[:1].body or ""):
                self.message_post(body=str(error))
