from odoo.tests import tagged

from .tier_common import TierCommon

# the ORM updates 100 records with one statement
MANY = 100


@tagged("post_install", "-at_install")
class TestTierQueries(TierCommon):
    """X13, DESIGN 5: one enrolment or a hundred, tiers ask the database as often."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._ladder((cls.bronze, None), (cls.silver, 100), (cls.gold, 1000))
        partners = cls.env["res.partner"].create(
            [{"name": f"Climber {number}", "is_company": True} for number in range(MANY + 2)]
        )
        cls.joined = cls.env["pmm.enrollment"].create(
            [
                {"program_id": cls.climbers.id, "partner_id": p.id, "date_start": "2024-01-01"}
                for p in partners
            ]
        )
        cls.first, cls.one, cls.many = cls.joined[0], cls.joined[1], cls.joined[2:]

    def _counts(self):
        """Return the number of queries that evaluating one and evaluating many takes."""
        self.first._evaluate_tiers()  # warms the caches
        found = []
        for members in self.one, self.many:
            with self._counted(found):
                members._evaluate_tiers()
        return found

    def assertAsOften(self, most):
        """Assert that one and many take as many queries, and no more than ``most``."""
        one, many = self._counts()
        # the first may find a cache cold
        self.assertLessEqual(many, one, "queries for 100 and for 1 enrolments")
        self.assertLess(many, most)

    def _sell(self, amount):
        """Credit ``amount`` of today to each partner, as the credits of invoices do."""
        move = self._invoice(self.one.partner_id, str(self.climbers._today()), amount)
        moves = move
        for enrollment in self.first | self.many:
            moves |= move.copy(
                {"partner_id": enrollment.partner_id.id, "invoice_date": move.invoice_date}
            )
        moves.filtered(lambda each: each.state == "draft").action_post()
        self.climbers._ensure_periods()
        self.env["pmm.credit"]._fill_dirty()
        return moves

    def test_moves_ask_as_often_for_many(self):
        """X13: first tier, nothing to do, up, review, down: each as often for 100 as for one."""
        self.clock.move_to("2024-02-01")
        self.joined._evaluate_tiers()  # warms the caches
        self.assertAsOften(25)  # nothing to do
        self.clock.move_to("2024-02-02")
        self._sell(100)
        self.assertAsOften(40)  # up
        self.assertEqual(set(self.joined.mapped("grade_id.name")), {"Silver"})
        self.clock.move_to("2024-02-03")
        self.assertAsOften(25)  # nothing to do, with a tier to watch
        self.clock.move_to("2026-01-01")
        self.assertAsOften(45)  # down
        self.assertEqual(set(self.joined.mapped("grade_id.name")), {"Bronze"})

    def test_proposals_ask_as_often_for_many(self):
        """X13: proposing, outdating and warning as well."""
        self.climbers.tier_mode = "proposed"
        self.clock.move_to("2024-02-01")
        self.joined._evaluate_tiers()
        self.env["pmm.tier.proposal"].search([]).action_approve()
        self.clock.move_to("2024-02-02")
        self._sell(100)
        self.assertAsOften(45)
        proposals = self.env["pmm.tier.proposal"].search([("state", "=", "pending")])
        self.assertEqual(len(proposals), MANY + 2)

    def test_keeping_asks_as_often_for_many(self):
        """X13: 100 partners requalify in one go."""
        self.clock.move_to("2024-02-01")
        self._sell(100)
        self.joined._evaluate_tiers()
        self.clock.move_to("2025-02-01")
        self._sell(100)
        self.assertAsOften(60)
        reviews = {str(tier.valid_until) for tier in self.joined.tier_ids}
        self.assertEqual(reviews, {"2027-01-01"})
