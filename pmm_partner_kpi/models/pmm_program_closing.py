import logging
from datetime import timedelta

from psycopg2 import OperationalError

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import html2plaintext

_logger = logging.getLogger(__name__)


class PmmProgram(models.Model):
    """What happens to a period when it is over: grace days, then closing by itself."""

    _inherit = "pmm.program"

    _grace_days_positive = models.Constraint(
        "CHECK(grace_days >= 0)", "Grace days cannot be negative. Enter 0 for none."
    )

    close_automatically = fields.Boolean(
        string="Close periods by themselves",
        tracking=True,
        help="When the grace days are over, the figures of the period are locked for good.",
    )
    grace_days = fields.Integer(
        tracking=True,
        help="So many days after its last one a period still takes documents that come late;"
        " then it closes by itself. 0: it closes on the first day after it.",
    )

    def _over_periods(self, today):
        """Return the periods of this programme that are over on ``today`` and not closed."""
        return self.period_ids.filtered(
            lambda period: period.state != "closed" and period.date_stop <= today
        )

    def _start_grace(self):
        """Move the open periods that are over to their grace days, where there are any.

        Elsewhere a period stays open until somebody closes it.
        """
        self.ensure_one()
        if not self._has_grace():
            return
        over = self._over_periods(self._today())
        # write() lets nobody set the state by hand
        over.filtered(lambda period: period.state == "open").sudo().state = "grace"

    def _has_grace(self):
        self.ensure_one()
        return self.close_automatically or self.grace_days > 0

    def _close_due(self):
        """Close the periods that have had their grace days, oldest first."""
        self.ensure_one()
        if not self.close_automatically:
            return
        today, grace = self._today(), timedelta(days=self.grace_days)
        due = self._over_periods(today).filtered(lambda p: today >= p.date_stop + grace)
        if due:
            due.sorted("date_start").action_close()

    @api.model
    def _cron_close_periods(self):
        """Give periods their grace days and close them, programme by programme."""
        cron = self.env["ir.cron"]
        programs = self.search([("enrollment_ids", "!=", False)])
        programs._ensure_periods()
        programs = programs.filtered(lambda program: program._has_period_to_close())
        cron._commit_progress(remaining=len(programs))
        for number, program in enumerate(programs, 1):
            # first statement of its transaction; a programme in calculation has its turn next time
            if program._try_lock_for_run():
                program._try_close_due()
            if not cron._commit_progress(1, remaining=len(programs) - number):
                return

    def _has_period_to_close(self):
        self.ensure_one()
        over = self._over_periods(self._today())
        return bool(over) and (
            self.close_automatically
            or (self._has_grace() and any(period.state == "open" for period in over))
        )

    def _try_close_due(self):
        """Close what is due, or tell once in the chatter why that cannot be done."""
        self.ensure_one()
        self._start_grace()
        try:
            with self.env.cr.savepoint():
                self._close_due()
        except UserError as error:
            _logger.info("Programme %s cannot be closed: %s", self.name, error)
            body = self.env._("A period could not be closed by itself: %s", error)
            if str(error)[:60] not in html2plaintext(self.message_ids[:1].body or ""):
                self.message_post(body=body)
        except OperationalError:
            raise  # somebody else was faster: the scheduler comes again
        except Exception:  # pylint: disable=broad-except
            _logger.exception("Programme %s was not closed; the others go on", self.name)
