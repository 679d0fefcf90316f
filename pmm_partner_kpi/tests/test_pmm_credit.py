from datetime import date

from odoo.exceptions import ValidationError
from odoo.fields import Command
from odoo.tests import freeze_time, tagged

from .common import PmmCommon


@tagged("post_install", "-at_install")
@freeze_time("2026-04-15")
class TestPmmCredit(PmmCommon):
    """K4, K12: sales credits say what the documents say, by appended differences."""

    def _credits(self, move):
        return self.env["pmm.credit"].search(
            [("document_model", "=", "account.move"), ("document_id", "=", move.id)], order="id"
        )

    # === POSTING === #

    def test_invoice_credits_its_buyer(self):
        """K4: each product line of a posted invoice is a credit of the buyer."""
        invoice = self._invoice(self.acme, "2026-02-03", 100, (self.training, 2, 25))
        self.program._run()
        self.assertCredits(
            self.acme,
            [
                (invoice.name, "buyer", "2026-02-03", 100.0, "new"),
                (invoice.name, "buyer", "2026-02-03", 50.0, "new"),
            ],
        )

    def test_credit_names_its_document_and_dimensions(self):
        """K8: a credit says where it comes from and what it was about, at the event."""
        self.acme.write(
            {
                "country_id": self.env.ref("base.us").id,
                "state_id": self.env.ref("base.state_us_5").id,
            }
        )
        invoice = self._invoice(self.acme, "2026-02-03", (self.valve, 3, 10))
        self.program._run()
        credit = self._credits(invoice)
        line = invoice.invoice_line_ids
        self.assertEqual(
            (credit.document_model, credit.document_id, credit.line_model, credit.line_id),
            ("account.move", invoice.id, "account.move.line", line.id),
        )
        self.assertEqual(credit.product_id, self.valve)
        self.assertEqual(credit.categ_id, self.hardware)
        self.assertEqual(credit.customer_id, self.acme)
        self.assertEqual(credit.country_id.code, "US")
        self.assertEqual(credit.state_id, self.env.ref("base.state_us_5"))
        self.assertEqual(credit.user_id, invoice.invoice_user_id)
        self.assertEqual(credit.team_id, invoice.team_id)
        self.assertEqual(credit.quantity, 3)
        self.assertEqual(credit.stage, "invoiced")
        self.assertEqual(credit.company_id, self.company)
        self.assertEqual(credit.currency_id, self.currency)
        self.assertEqual(credit.origin_date, date(2026, 2, 3))
        self.assertEqual(credit.origin_document_id, invoice.id)
        self.assertFalse(credit.mended)
        action = credit.action_open_document()
        self.assertEqual((action["res_model"], action["res_id"]), ("account.move", invoice.id))

    def test_ship_to_country_comes_before_that_of_the_buyer(self):
        """K8: the country of a credit is where the goods went, and stays what it was."""
        self.acme.country_id = self.env.ref("base.us")
        shop = self.env["res.partner"].create(
            {"name": "Acme shop", "parent_id": self.acme.id, "type": "delivery"}
        )
        shop.country_id = self.env.ref("base.ca")
        invoice = self._invoice(self.acme, "2026-02-03", 100, partner_shipping_id=shop.id)
        self.program._run()
        shop.country_id = self.env.ref("base.mx")
        self.program._run()
        self.assertEqual(self._credits(invoice).country_id.code, "CA")

    def test_invoice_of_a_contact_credits_its_company(self):
        """DESIGN 4: the partner of a credit is the commercial partner at the event."""
        person = self.env["res.partner"].create({"name": "Ann", "parent_id": self.acme.id})
        invoice = self._invoice(person, "2026-02-03", 100)
        self.program._run()
        self.assertCredits(self.acme, [(invoice.name, "buyer", "2026-02-03", 100.0, "new")])
        self.assertCredits(person, [])

    def test_draft_invoice_is_not_credited(self):
        """K4: only posted documents count."""
        self._invoice(self.acme, "2026-02-03", 100, post=False)
        self.program._run()
        self.assertCredits(self.acme, [])

    def test_vendor_bill_and_receipt_are_not_credited(self):
        """K4: what the partner sells to us, and receipts, are no sales credits."""
        for move_type in ("in_invoice", "in_refund", "out_receipt"):
            self._invoice(self.acme, "2026-02-03", 100, move_type=move_type)
        self.env["pmm.credit"]._fill_range(1, self.env["account.move"].search([], limit=1).id + 99)
        self.program._run()
        self.assertCredits(self.acme, [])

    def test_sections_notes_and_taxes_are_not_credited(self):
        """K4: the credit is the untaxed amount of product lines, also of a price with tax."""
        tax = self.env["account.tax"].create(
            {
                "name": "10 % included",
                "amount": 10,
                "amount_type": "percent",
                "price_include_override": "tax_included",
                "type_tax_use": "sale",
            }
        )
        invoice = self._invoice(
            self.acme,
            "2026-02-03",
            invoice_line_ids=[
                Command.create({"display_type": "line_section", "name": "Pumps"}),
                Command.create({"display_type": "line_note", "name": "With care"}),
                Command.create(
                    {
                        "product_id": self.pump.id,
                        "quantity": 1,
                        "price_unit": 110,
                        "tax_ids": [Command.set(tax.ids)],
                    }
                ),
            ],
        )
        self.program._run()
        self.assertEqual(invoice.amount_total, 110)
        self.assertCredits(self.acme, [(invoice.name, "buyer", "2026-02-03", 100.0, "new")])

    def test_line_without_product_is_credited(self):
        """K4: a typed line counts too, it only has no category."""
        invoice = self._invoice(
            self.acme,
            "2026-02-03",
            invoice_line_ids=[
                Command.create(
                    {"name": "Freehand", "quantity": 1, "price_unit": 70, "tax_ids": False}
                )
            ],
        )
        self.program._run()
        self.assertCredits(self.acme, [(invoice.name, "buyer", "2026-02-03", 70.0, "new")])
        self.assertFalse(self._credits(invoice).categ_id)

    def test_discount_reduces_the_credit(self):
        """K4: a credit is what was invoiced, after the discount."""
        invoice = self._invoice(self.acme, "2026-02-03", (self.pump, 3, 33.33), post=False)
        invoice.invoice_line_ids.discount = 10
        invoice.action_post()
        self.program._run()
        self.assertEqual(self._credited(self.acme), 89.99)

    def test_quantity_is_in_the_unit_of_the_product(self):
        """K4: two dozen of a product that is counted in units are 24."""
        invoice = self._invoice(self.acme, "2026-02-03", (self.pump, 2, 120), post=False)
        invoice.invoice_line_ids.product_uom_id = self.env.ref("uom.product_uom_dozen")
        invoice.invoice_line_ids.price_unit = 120
        invoice.action_post()
        self._refund(invoice, "2026-02-05")
        self.program._run()
        credits = self.env["pmm.credit"].search([("partner_id", "=", self.acme.id)], order="id")
        self.assertEqual(credits.mapped("quantity"), [24, -24])
        self.assertEqual(credits.mapped("amount"), [240, -240])

    def test_foreign_invoice_is_credited_at_its_booking_rate(self):
        """K4: the amount is in company currency as booked; a rate added later changes nothing."""
        euro = self._foreign_currency("EUR", ("2026-01-01", 0.5), ("2026-03-01", 0.8))
        self._invoice(self.acme, "2026-02-28", 100, currency_id=euro.id)
        self._invoice(self.acme, "2026-03-01", 100, currency_id=euro.id)
        self.program._run()
        self.assertEqual(
            self.env["pmm.credit"].search([], order="id").mapped("amount"), [200.0, 125.0]
        )
        euro.rate_ids.filtered(lambda rate: str(rate.name) == "2026-03-01").rate = 0.25
        self.assertEqual(self.program._run()["credits"], 0)

    def test_second_run_adds_nothing(self):
        """DESIGN 3.2: a run repeated adds nothing."""
        self._refund(self._invoice(self.acme, "2026-02-03", 100, 50), "2026-02-05", 30)
        self.assertEqual(self.program._run()["credits"], 3)
        self.assertFalse(any(self.program._run().values()))

    # === CREDIT NOTES === #

    def test_credit_note_has_its_own_date_and_that_of_its_invoice(self):
        """K12: a credit note is dated itself and knows the invoice that it reverses."""
        invoice = self._invoice(self.acme, "2026-01-20", 100)
        refund = self._refund(invoice, "2026-03-02", 40)
        self.program._run()
        self.assertCredits(
            self.acme,
            [
                (invoice.name, "buyer", "2026-01-20", 100.0, "new"),
                (refund.name, "buyer", "2026-03-02", -40.0, "new"),
            ],
        )
        credit = self._credits(refund)
        self.assertEqual(credit.quantity, -1)
        self.assertEqual(credit.origin_date, date(2026, 1, 20))
        self.assertEqual(credit.origin_document_id, invoice.id)

    def test_credit_note_without_invoice_is_its_own_origin(self):
        """K12: a credit note that reverses no invoice counts on its own date either way."""
        refund = self._invoice(self.acme, "2026-03-02", 40, move_type="out_refund")
        self.program._run()
        credit = self._credits(refund)
        self.assertEqual(
            (credit.amount, credit.origin_date, credit.origin_document_id),
            (-40, date(2026, 3, 2), refund.id),
        )

    def test_credit_note_follows_its_invoice_to_another_date(self):
        """K12: when the invoice gets another date, so does the origin of its credit note."""
        invoice = self._invoice(self.acme, "2026-01-20", 100)
        refund = self._refund(invoice, "2026-03-02", 40)
        self.program._run()
        invoice.button_draft()
        invoice.write({"invoice_date": "2026-02-10", "date": "2026-02-10"})
        invoice.action_post()
        self.program._run()
        found = [(str(c.origin_date), c.amount, c.reason) for c in self._credits(refund)]
        self.assertEqual(
            found,
            [
                ("2026-01-20", -40, "new"),
                ("2026-01-20", 40, "withdrawn"),
                ("2026-02-10", -40, "new"),
            ],
        )

    def test_credit_note_reduces_the_referrer_too(self):
        """K12: what is taken back is taken back from everybody who was credited."""
        invoice = self._invoice(self.acme, "2026-01-20", 100, pmm_referrer_id=self.bolt.id)
        self._refund(invoice, "2026-03-02", 40)
        self.program._run()
        self.assertEqual(self._credited(self.acme), 60)
        self.assertEqual(self._credited(self.bolt, "referrer"), 60)

    # === CHANGED DOCUMENTS === #

    def test_reset_to_draft_withdraws_the_credit(self):
        """DESIGN 3.1: a document that is no longer posted no longer counts."""
        invoice = self._invoice(self.acme, "2026-02-03", 100)
        self.program._run()
        invoice.button_draft()
        self.program._run()
        self.assertCredits(
            self.acme,
            [
                (invoice.name, "buyer", "2026-02-03", 100.0, "new"),
                (invoice.name, "buyer", "2026-02-03", -100.0, "withdrawn"),
            ],
        )

    def test_repost_with_another_amount_adds_the_difference(self):
        """DESIGN 3.1: a corrected invoice appends what changed."""
        invoice = self._invoice(self.acme, "2026-02-03", 100)
        self.program._run()
        invoice.button_draft()
        invoice.invoice_line_ids.price_unit = 80
        invoice.action_post()
        self.program._run()
        self.assertCredits(
            self.acme,
            [
                (invoice.name, "buyer", "2026-02-03", 100.0, "new"),
                (invoice.name, "buyer", "2026-02-03", -20.0, "changed"),
            ],
        )

    def test_repost_after_the_withdrawal_was_recorded(self):
        """DESIGN 3.1: withdrawn in one run and posted again before the next counts once."""
        invoice = self._invoice(self.acme, "2026-02-03", 100)
        self.program._run()
        invoice.button_draft()
        self.program._run()
        invoice.action_post()
        self.program._run()
        self.assertEqual(self._credits(invoice).mapped("amount"), [100, -100, 100])
        revisions = self._credits(invoice).mapped("revision")
        self.assertEqual(revisions, sorted(set(revisions)), "each revision is there once")

    def test_repost_with_other_lines_credits_the_new_lines(self):
        """DESIGN 3.1: lines that were deleted while in draft are withdrawn, new ones counted."""
        invoice = self._invoice(self.acme, "2026-02-03", 100, 50)
        self.program._run()
        invoice.button_draft()
        invoice.invoice_line_ids[0].unlink()
        invoice.write(
            {
                "invoice_line_ids": [
                    Command.create({"product_id": self.valve.id, "price_unit": 7, "tax_ids": False})
                ]
            }
        )
        invoice.action_post()
        self.program._run()
        self.assertEqual(self._credits(invoice).mapped("amount"), [100, 50, -100, 7])
        self.assertEqual(self._credited(self.acme), 57)

    def test_repost_with_another_date_moves_the_credit(self):
        """DESIGN 3.1: the old date is withdrawn, the new one credited."""
        invoice = self._invoice(self.acme, "2026-02-03", 100)
        old_name = invoice.name
        self.program._run()
        invoice.button_draft()
        invoice.write({"invoice_date": "2026-03-03", "date": "2026-03-03"})
        invoice.action_post()
        self.program._run()
        self.assertCredits(
            self.acme,
            [
                (old_name, "buyer", "2026-02-03", 100.0, "new"),
                (old_name, "buyer", "2026-02-03", -100.0, "withdrawn"),
                (invoice.name, "buyer", "2026-03-03", 100.0, "new"),
            ],
        )

    def test_repost_for_another_partner_moves_the_credit(self):
        """DESIGN 3.1: the former buyer loses what the new one gets."""
        invoice = self._invoice(self.acme, "2026-02-03", 100)
        self.program._run()
        invoice.button_draft()
        invoice.partner_id = self.bolt
        invoice.action_post()
        self.program._run()
        self.assertEqual(self._credited(self.acme), 0)
        self.assertEqual(self._credited(self.bolt), 100)

    def test_move_to_and_fro_between_two_dates_counts_once(self):
        """DESIGN 3.1: a date that returns to what it was leaves one standing amount."""
        invoice = self._invoice(self.acme, "2026-02-03", 100)
        self.program._run()
        for day in ("2026-03-03", "2026-02-03", "2026-03-03"):
            invoice.button_draft()
            invoice.write({"invoice_date": day, "date": day})
            invoice.action_post()
            self.program._run()
        self.assertEqual(self._credited(self.acme, date="2026-02-03"), 0)
        self.assertEqual(self._credited(self.acme, date="2026-03-03"), 100)
        self.assertEqual(self.program._run()["credits"], 0)

    def test_cancelled_invoice_is_withdrawn(self):
        """DESIGN 3.1: a cancelled document no longer counts."""
        invoice = self._invoice(self.acme, "2026-02-03", 100)
        self.program._run()
        invoice.button_cancel()
        self.program._run()
        self.assertEqual(self._credits(invoice).mapped("amount"), [100, -100])

    def test_deleted_invoice_is_withdrawn(self):
        """DESIGN 3.1: a document that was posted once and then deleted no longer counts."""
        invoice = self._invoice(self.acme, "2026-02-03", 100)
        name = invoice.name
        self.program._run()
        invoice.button_draft()
        invoice.with_context(force_delete=True).unlink()
        self.program._run()
        self.assertCredits(
            self.acme,
            [
                (name, "buyer", "2026-02-03", 100.0, "new"),
                (name, "buyer", "2026-02-03", -100.0, "withdrawn"),
            ],
        )

    # === REFERRER === #

    def test_referrer_is_credited_beside_the_buyer(self):
        """K4: the partner who brought the sale is credited in its own role."""
        invoice = self._invoice(self.acme, "2026-02-03", 100, pmm_referrer_id=self.bolt.id)
        self.program._run()
        self.assertCredits(self.acme, [(invoice.name, "buyer", "2026-02-03", 100.0, "new")])
        self.assertCredits(self.bolt, [(invoice.name, "referrer", "2026-02-03", 100.0, "new")])

    def test_referrer_of_a_stranger_is_credited(self):
        """K4: the buyer need not be in a programme for its referrer to be credited."""
        invoice = self._invoice(self.stranger, "2026-02-03", 100, pmm_referrer_id=self.bolt.id)
        self.program._run()
        self.assertCredits(self.bolt, [(invoice.name, "referrer", "2026-02-03", 100.0, "new")])
        self.assertEqual(self._credits(invoice).customer_id, self.stranger)
        self.assertCredits(self.stranger, [])

    def test_referrer_can_be_set_changed_and_removed_on_a_posted_invoice(self):
        """K4: attribution may come later; the credits follow it."""
        carol = self.env["res.partner"].create({"name": "Carol Inc", "is_company": True})
        self._enroll(carol)
        invoice = self._invoice(self.acme, "2026-02-03", 100)
        self.program._run()
        expected = [(self.bolt, 100, 0), (carol, 0, 100), (self.env["res.partner"], 0, 0)]
        for referrer, of_bolt, of_carol in expected:
            self._change_credits(invoice, referrer_id=referrer.id)
            self.program._run()
            self.assertEqual(self._credited(self.bolt, "referrer"), of_bolt)
            self.assertEqual(self._credited(carol, "referrer"), of_carol)
            self.assertEqual(self._credited(self.acme), 100)

    def test_buyer_cannot_refer_its_own_purchase(self):
        """DESIGN 3.9: nobody is paid twice for one sale; nor through a contact."""
        person = self.env["res.partner"].create({"name": "Ann", "parent_id": self.acme.id})
        for referrer in (self.acme, person):
            with self.assertRefused("cannot refer its own purchase", ValidationError):
                self._invoice(self.acme, "2026-02-03", 100, pmm_referrer_id=referrer.id)
        invoice = self._invoice(
            self.stranger, "2026-02-03", 100, post=False, pmm_referrer_id=self.acme.id
        )
        with self.assertRefused("cannot refer its own purchase", ValidationError):
            invoice.partner_id = self.acme

    def test_contact_cannot_be_the_referrer(self):
        """DESIGN 4: partners are companies; a contact is refused with its company's name."""
        person = self.env["res.partner"].create({"name": "Ann", "parent_id": self.acme.id})
        with self.assertRefused("Acme Trading", ValidationError):
            self._invoice(self.bolt, "2026-02-03", 100, pmm_referrer_id=person.id)
