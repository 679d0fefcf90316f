from odoo.tests import freeze_time, tagged

from .common import FactsCommon


@tagged("post_install", "-at_install")
@freeze_time("2026-04-15")
class TestGuide(FactsCommon):
    """The worked example of readme/USAGE.md, figure by figure."""

    def test_what_did_february_bring(self):
        """A7, A18: revenue, rewards and their share, targets, offers, of partners and in all."""
        self._invoice(self.acme, "2026-02-05", 4000)
        credit_note = self._invoice(self.acme, "2026-02-06", 1000)
        self._refund(credit_note, "2026-02-20")
        self._invoice(self.bolt, "2026-02-10", 900)
        self._target(self.acme_in, "2026-02", 5000)
        self._target(self.bolt_in, "2026-02", 800)
        self._offer(self.bolt_in, "2026-02", used=True)
        self.program._run()
        self.assertFacts(
            self.acme_in,
            "2026-02",
            revenue=4000,
            documents=2,
            reward=160,
            reward_share=0.04,
            targets=1,
            targets_reached=0,
            offers=0,
        )
        self.assertFacts(
            self.bolt_in,
            "2026-02",
            revenue=900,
            documents=1,
            reward=9,
            reward_share=0.01,
            targets=1,
            targets_reached=1,
            offers=1,
            offers_used=1,
        )
        groups = self.env["pmm.partner.facts"]._read_group(
            [("period_id.name", "=", "2026-02")],
            ["program_id"],
            ["revenue:sum", "reward:sum", "attainment:avg", "reward_share:avg", "offer_share:avg"],
        )
        _program, revenue, reward, attainment, reward_share, offer_share = groups[0]
        self.assertEqual((revenue, reward), (4900, 169))
        self.assertEqual((attainment, offer_share), (0.5, 1))
        self.assertAlmostEqual(reward_share, 0.0345, 4)
