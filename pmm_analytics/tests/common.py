from odoo.addons.pmm_offers.tests.common import OfferCommon


class FactsCommon(OfferCommon):
    """The programme of OfferCommon, and questions about its facts.

    Today is 2026-04-15 in all tests (freeze it with ``freeze_time("2026-04-15")`` on the class).
    """

    @classmethod
    def _offer(cls, enrollment, period, campaign=None, used=False):
        """Return an offer made to ``enrollment`` in the period of that name."""
        campaign = campaign or enrollment.program_id.campaign_ids[:1] or cls._campaign()
        period = cls._period(period, enrollment.program_id)
        offer = cls.env["pmm.offer"]._make(
            campaign, period, period.date_start, [(enrollment.id, {"rule_id": cls.rule.id})]
        )
        if used:
            offer.sudo().card_id.points = 0
        return offer

    @classmethod
    def _facts(cls, enrollment=None, period=None, program=None):
        """Return the facts of an enrolment, a period, a programme; what is not given is any."""
        cls.env["pmm.program"].with_context(active_test=False).search([])._ensure_periods()
        cls.env["pmm.partner.facts"].invalidate_model()
        domain = []
        if enrollment:
            domain.append(("enrollment_id", "=", enrollment.id))
        if program:
            domain.append(("program_id", "=", program.id))
        if period:
            domain.append(("period_id.name", "=", period))
        return cls.env["pmm.partner.facts"].search(domain, order="date_start, id")

    @classmethod
    def _shares(cls, share, groupby, domain=()):
        """Return {group: share}; None where it is void, which is not 0."""
        groups = cls.env["pmm.partner.facts"]._read_group(domain, [groupby], [f"{share}:avg"])
        return {group: None if value is False else value for group, value in groups}

    def assertFacts(self, enrollment, period, **expected):
        """Assert figures of the one row of ``enrollment`` in the period of that name."""
        facts = self._facts(enrollment, period)
        self.assertEqual(len(facts), 1, f"{len(facts)} rows in {period}")
        found = {name: facts[name] for name in expected}
        for name in ("revenue", "reward", "reward_paid"):
            if name in found:
                found[name] = enrollment.currency_id.round(found[name])
        self.assertEqual(found, expected)

    def assertPeriods(self, enrollment, expected):
        """Assert in which periods ``enrollment`` has a row, in order."""
        self.assertEqual(self._facts(enrollment).period_id.mapped("name"), expected)
