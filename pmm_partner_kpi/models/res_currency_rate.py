from odoo import api, models


class ResCurrencyRate(models.Model):
    """A rate that is entered or corrected changes what programmes convert with it."""

    _inherit = "res.currency.rate"

    @api.model_create_multi
    def create(self, vals_list):
        rates = super().create(vals_list)
        rates._pmm_mark_converted(rates._pmm_days())
        return rates

    def write(self, vals):
        before = self._pmm_days()
        result = super().write(vals)
        self._pmm_mark_converted(before + self._pmm_days())
        return result

    def unlink(self):
        before = self._pmm_days()
        result = super().unlink()
        self._pmm_mark_converted(before)
        return result

    def _pmm_days(self):
        """Return [(currency id, company id or None, day)] of these rates."""
        return [(rate.currency_id.id, rate.company_id.id or None, rate.name) for rate in self]

    @api.model
    def _pmm_mark_converted(self, days):
        """Mark the enrolments that count sales converted at these rates, from their day on."""
        # whoever keeps rates need not see programmes: these are only marks
        programs = self.env["pmm.program"].sudo().search([("enrollment_ids", "!=", False)])
        programs = programs.filtered(lambda p: p.currency_id != p.company_id.currency_id)
        for company, own in programs.grouped("company_id").items():
            currencies = {company.currency_id.id, *own.currency_id.ids}
            touched = [
                day
                for currency_id, company_id, day in days
                if currency_id in currencies and company_id in (None, company.root_id.id)
            ]
            if touched:
                own._mark_credited_since(min(touched))
