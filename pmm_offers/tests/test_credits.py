from datetime import date

from odoo.fields import Command
from odoo.tests import freeze_time, tagged

from .common import OfferCommon


@tagged("post_install", "-at_install")
@freeze_time("2026-04-15")
class TestCredits(OfferCommon):
    """DESIGN 1 (credits): what a coupon takes off, or gives for free, is no sale."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.campaign = cls._campaign(discount=10)
        cls.offer = cls._offered(cls.acme_in, 800, cls.campaign)

    # === BUILDERS === #

    def _invoiced(self, *lines, day="2026-04-15"):
        """Return the posted invoice of an order of Acme that used the offer."""
        order = self._order(self.acme, *lines)
        self._enter(order, self.offer.code)
        order.action_confirm()
        return self._invoice_of(order, day)

    def _invoice_of(self, order, day="2026-04-15"):
        invoice = order._create_invoices(final=True)
        invoice.invoice_date = day
        invoice.action_post()
        return invoice

    def _free_valve(self):
        """Return the reward of a programme that gives a valve with each pump."""
        return (
            self.env["loyalty.program"]
            .create(
                {
                    "name": "Free valve",
                    "program_type": "promotion",
                    "trigger": "auto",
                    "applies_on": "current",
                    "company_id": self.company.id,
                    "rule_ids": [
                        Command.create(
                            {
                                "reward_point_amount": 1,
                                "product_ids": [Command.set(self.pump.ids)],
                            }
                        )
                    ],
                    "reward_ids": [
                        Command.create(
                            {
                                "reward_type": "product",
                                "reward_product_id": self.valve.id,
                                "required_points": 1,
                            }
                        )
                    ],
                }
            )
            .reward_ids
        )

    # === QUESTIONS === #

    def _credits_of(self, *documents, stage="invoiced"):
        """Return [(product, quantity, amount)] of the credits of ``documents``, in order."""
        self.program._run()
        ids = [document.id for document in documents]
        credits = self.env["pmm.credit"].search(
            [("document_id", "in", ids), ("stage", "=", stage)], order="id"
        )
        return [(credit.product_id, credit.quantity, credit.amount) for credit in credits]

    def assertAddUpTo(self, amount, *moves):
        found = self._credits_of(*moves)
        self.assertEqual(self.currency.round(sum(credit[2] for credit in found)), amount)
        self.assertNothingToMend()

    # === INVOICES === #

    def test_the_discount_does_not_lower_what_was_bought(self):
        """O3, K4: credits of the gross product lines only."""
        invoice = self._invoiced((self.pump, 2, 300), (self.training, 1, 400))
        self.assertEqual(invoice.amount_untaxed, 900)
        self.assertEqual(self._credits_of(invoice), [(self.pump, 2, 600), (self.training, 1, 400)])
        self.assertNothingToMend()

    def test_the_order_of_the_threshold_reaches_the_band(self):
        """O2: what the offer promises comes true: 200 on top of 800, with 10 % off."""
        self._invoiced(200)
        self.program._run()
        self.assertEqual(self._earned(self.acme_in), 10)  # 1 % of 1 000, exactly on the floor
        self._invoice(self.acme, "2026-04-15", 1)
        self.program._run()
        self.assertEqual(self._earned(self.acme_in), 10.05)

    def test_a_discount_per_tax_does_not_lower_it_either(self):
        """O3: with several taxes a coupon makes several lines."""
        taxes = self.env["account.tax"].create(
            [{"name": f"{amount} %", "amount": amount} for amount in (10, 20)]
        )
        order = self._order(self.acme, 300, 700)
        for line, tax in zip(order.order_line, taxes, strict=True):
            line.tax_ids = tax
        self._enter(order, self.offer.code)
        self.assertEqual(len(order.order_line.filtered("reward_id")), 2)
        order.action_confirm()
        invoice = self._invoice_of(order)
        self.assertEqual(invoice.amount_untaxed, 900)
        self.assertEqual([amount for *_, amount in self._credits_of(invoice)], [300, 700])
        self.assertNothingToMend()

    def test_a_free_product_is_not_bought(self):
        """O3: neither its amount nor its quantity; the same product, paid for, is."""
        reward = self._free_valve()
        order = self._order(self.acme, (self.pump, 1, 300), (self.valve, 5, 20))
        order._update_programs_and_rewards()
        for card, rewards in order._get_claimable_rewards().items():
            order._apply_program_reward(rewards, card)
        self.assertEqual(order.order_line.reward_id, reward)
        order.action_confirm()
        invoice = self._invoice_of(order)
        self.assertEqual(sum(invoice.invoice_line_ids.mapped("quantity")), 7)
        self.assertEqual(self._credits_of(invoice), [(self.pump, 1, 300), (self.valve, 5, 100)])
        self.assertNothingToMend()

    def test_discounts_that_people_give_do_count(self):
        """K4: a lower price and a line below 0 are what the customer pays."""
        order = self._order(self.acme, 1000, -100)
        order.order_line[0].discount = 20
        order.action_confirm()
        self.assertEqual(
            [amount for *_, amount in self._credits_of(self._invoice_of(order))], [800, -100]
        )

    def test_referrers_are_credited_with_the_gross_amount(self):
        """K4: in every role."""
        order = self._order(self.acme, 1000)
        self._enter(order, self.offer.code)
        order.action_confirm()
        invoice = order._create_invoices()
        invoice.write({"invoice_date": "2026-04-15", "pmm_referrer_id": self.bolt.id})
        invoice.action_post()
        self.program._run()
        self.assertEqual(self._credited(self.bolt, "referrer"), 1000)
        self.assertEqual(self._credited(self.acme, document_id=invoice.id), 1000)
        self.assertNothingToMend()

    def test_down_payments_and_the_rest_add_up_to_the_gross_amount(self):
        """DESIGN 1: down payments are not counted twice, the discount not at all."""
        order = self._order(self.acme, 1000)
        self._enter(order, self.offer.code)
        order.action_confirm()
        wizard = self.env["sale.advance.payment.inv"].create(
            {
                "sale_order_ids": [Command.set(order.ids)],
                "advance_payment_method": "fixed",
                "fixed_amount": 300,
            }
        )
        first = wizard._create_invoices(order)
        first.invoice_date = "2026-04-15"
        first.action_post()
        self.assertAddUpTo(1000, first, self._invoice_of(order))

    def test_the_discount_lowers_no_stage(self):
        """O3, K4: what was ordered and what is paid are credited gross as well."""
        order = self._order(self.acme, (self.pump, 2, 300), (self.training, 1, 400))
        self._enter(order, self.offer.code)
        order.action_confirm()
        invoice = self._invoice_of(order)
        gross = [(self.pump, 2, 600), (self.training, 1, 400)]
        self.assertEqual(self._credits_of(order, stage="booked"), gross)
        self._pay(invoice, "2026-04-15", 450)
        half = [(self.pump, 1, 300), (self.training, 0.5, 200)]
        self.assertEqual(self._credits_of(invoice, stage="collected"), half)
        self._pay(invoice, "2026-04-15")
        self.assertEqual(
            [
                sum(row[number] for row in self._credits_of(invoice, stage="collected"))
                for number in (1, 2)
            ],
            [3, 1000],
        )
        self.assertNothingToMend()

    # === CREDIT NOTES === #

    def test_a_full_credit_note_takes_all_of_it_back(self):
        """R32: by the button of the invoice; with the discount left out on both sides."""
        invoice = self._invoiced((self.pump, 2, 300), (self.training, 1, 400))
        refund = self._refund(invoice, "2026-04-15")
        self.assertEqual(refund.amount_untaxed, 900)
        self.assertAddUpTo(0, invoice, refund)

    def test_the_wizard_reverses_and_invoices_again(self):
        """R32: “reverse”, and “reverse and create invoice”."""
        invoice = self._invoiced(1000)
        for method, left in (("modify_moves", 1000), ("refund_moves", 0)):
            wizard = (
                self.env["account.move.reversal"]
                .with_context(active_model="account.move", active_ids=invoice.ids)
                .create({"journal_id": invoice.journal_id.id, "date": date(2026, 4, 15)})
            )
            getattr(wizard, method)()
            new = wizard.new_move_ids
            new.filtered(lambda move: move.state == "draft").action_post()
            moves = self._moves_of_acme()
            with self.subTest(method):
                self.assertAddUpTo(left, *moves)
            invoice = new

    def _moves_of_acme(self):
        first = self.env["account.move"].search(
            [("partner_id", "=", self.acme.id)], order="id", limit=1
        )
        return self.env["account.move"].search(
            [
                ("partner_id", "=", self.acme.id),
                ("move_type", "in", ("out_invoice", "out_refund")),
                ("id", ">", first.id),
            ]
        )

    def test_a_credit_note_of_the_order(self):
        """R32: the quantity is set to 0 and the order invoiced once more."""
        order = self._order(self.acme, (self.pump, 10, 100))
        self._enter(order, self.offer.code)
        order.action_confirm()
        invoice = self._invoice_of(order)
        order.order_line[0].product_uom_qty = 4
        refund = order._create_invoices(final=True)
        refund.invoice_date = "2026-04-15"
        refund.action_post()
        self.assertEqual(refund.move_type, "out_refund")
        self.assertAddUpTo(400, invoice, refund)

    def test_a_partial_credit_note_takes_back_what_is_on_it(self):
        """R32: 100 of the first line, without the discount's line."""
        invoice = self._invoiced(1000)
        refund = self._refund(invoice, "2026-04-15", 100)
        self.assertAddUpTo(900, invoice, refund)

    def test_draft_and_post_again(self):
        """DESIGN 3.1: the same credits as before."""
        invoice = self._invoiced(1000)
        before = self._credits_of(invoice)
        invoice.button_draft()
        self.assertAddUpTo(0, invoice)
        invoice.action_post()
        self.assertAddUpTo(1000, invoice)
        self.assertEqual(before, [(self.pump, 1, 1000)])

    def test_invoices_without_an_order_are_as_before(self):
        """K4: nothing of sale loyalty is on them."""
        invoice = self._invoice(self.acme, "2026-04-15", 100, -20)
        self.assertEqual([amount for *_, amount in self._credits_of(invoice)], [100, -20])

    def test_a_sweep_from_nothing_finds_the_same(self):
        """DESIGN 1: table = relation, also where the hooks were never called."""
        invoice = self._invoiced(1000)
        self.env["pmm.dirty"].sudo().search([]).unlink()
        added = self.env["pmm.credit"]._fill_range(invoice.id, invoice.id)
        self.assertEqual(added, 1)
        order = invoice.line_ids.sale_line_ids.order_id
        self.assertEqual(self.env["pmm.credit"]._fill_range(order.id, order.id, "sale.order"), 1)
        self.assertAddUpTo(1000, invoice)
