import logging

from odoo import api, fields, models
from odoo.exceptions import UserError

_logger = logging.getLogger(__name__)


class PmmProgram(models.Model):
    _inherit = "pmm.program"

    campaign_ids = fields.One2many("pmm.offer.campaign", "program_id", string="Offer campaigns")

    def _run(self):
        figures = super()._run()
        figures["offers"] = len(self.env["pmm.offer"]._generate(self.campaign_ids))
        return figures

    def _run_sentence(self, figures):
        return self.env._(
            "%(before)s New offers: %(offers)s.",
            before=super()._run_sentence(figures),
            offers=figures["offers"],
        )

    def _make_offers(self, campaigns):
        """Make the offers of these programmes' ``campaigns`` on what has been invoiced by now."""
        self._ensure_periods()
        self.env["pmm.credit"]._fill_dirty()
        self._check_currency_rates()
        return self.env["pmm.offer"]._generate(campaigns)

    @api.model
    def _cron_make_offers(self):
        """Make the offers that are due, programme by programme."""
        cron = self.env["ir.cron"]
        programs = self.search([("campaign_ids.state", "=", "active")])
        cron._commit_progress(remaining=len(programs))
        for number, program in enumerate(programs, 1):
            # first statement of its transaction; a programme in calculation has its turn next time
            if program._try_lock_for_run():
                try:
                    with self.env.cr.savepoint():
                        program._make_offers(program.campaign_ids)
                except UserError as error:
                    _logger.info("Programme %s made no offers: %s", program.name, error)
            if not cron._commit_progress(1, remaining=len(programs) - number):
                return
