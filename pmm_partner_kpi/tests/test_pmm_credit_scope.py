from odoo.exceptions import ValidationError
from odoo.fields import Command
from odoo.tests import freeze_time, tagged

from .common import PmmCommon


@tagged("post_install", "-at_install")
@freeze_time("2026-04-15")
class TestPmmCreditScope(PmmCommon):
    """K4, K3: who is credited at all, what is frozen, and what sale orders bring along."""

    def _order(self, partner, *lines, **vals):
        order = self.env["sale.order"].create(
            {
                "partner_id": partner.id,
                "order_line": [
                    Command.create(
                        {
                            "product_id": product.id,
                            "product_uom_qty": quantity,
                            "price_unit": price,
                            "tax_ids": False,
                        }
                    )
                    for product, quantity, price in lines
                ],
                **vals,
            }
        )
        order.action_confirm()
        return order

    def _advance(self, order, method, **vals):
        """Invoice ``order`` with the wizard that users have; return the posted invoice."""
        before = order.invoice_ids
        wizard = self.env["sale.advance.payment.inv"].with_context(
            active_model="sale.order", active_ids=order.ids, active_id=order.id
        )
        wizard.create({"advance_payment_method": method, **vals}).create_invoices()
        invoice = order.invoice_ids - before
        invoice.action_post()
        return invoice

    # === ENROLMENT === #

    def test_stranger_is_not_credited(self):
        """K7: only partners that are enrolled are credited."""
        self._invoice(self.stranger, "2026-02-03", 100)
        self.program._run()
        self.assertCredits(self.stranger, [])

    def test_enrolment_credits_what_was_invoiced_before(self):
        """K13: growth is measured against the time before, so earlier documents are credited."""
        early = self._invoice(self.stranger, "2025-03-03", 70)
        late = self._invoice(self.stranger, "2026-02-03", 100)
        self.program._run()
        self._enroll(self.stranger, "2026-04-01")
        self.program._run()
        self.assertCredits(
            self.stranger,
            [
                (early.name, "buyer", "2025-03-03", 70.0, "new"),
                (late.name, "buyer", "2026-02-03", 100.0, "new"),
            ],
        )

    def test_ended_enrolment_is_still_credited(self):
        """K4: an enrolment in the company is enough, whatever its dates."""
        self.acme_in.date_stop = "2026-02-01"
        self._invoice(self.acme, "2026-03-03", 100)
        self.program._run()
        self.assertEqual(self._credited(self.acme), 100)

    def test_two_programmes_do_not_double_the_credit(self):
        """T1: a credit belongs to the sale; programmes count it, they do not repeat it."""
        other = self.program.create({"name": "Distributors", "date_start": "2026-01-01"})
        self._enroll(self.acme, program=other)
        self._invoice(self.acme, "2026-03-03", 100)
        (self.program | other)._run()
        self.assertEqual(self._credited(self.acme), 100)

    def test_deleted_enrolment_withdraws_the_credits_in_the_next_run(self):
        """DESIGN 3.1: who is enrolled nowhere is credited with nothing, announced by the hook."""
        self._invoice(self.acme, "2026-03-03", 100)
        self.program._run()
        self.acme_in.unlink()
        self.program._run()
        self.assertEqual(self._credited(self.acme), 0)

    def test_enrolment_that_changes_its_partner_moves_the_credits(self):
        """DESIGN 3.1: a wrong partner corrected before the first run leaves no credits behind."""
        program = self.program.create({"name": "Corrected", "date_start": "2026-01-01"})
        enrollment = self._enroll(self.stranger, program=program)
        carol = self.env["res.partner"].create({"name": "Carol Inc", "is_company": True})
        for partner in (self.stranger, carol):
            self._invoice(partner, "2026-03-03", 100)
        self.env["pmm.credit"]._fill_dirty()
        enrollment.partner_id = carol
        program._run()
        self.assertEqual(self._credited(self.stranger), 0)
        self.assertEqual(self._credited(carol), 100)

    def test_other_company_is_not_credited(self):
        """DESIGN 3.5: an invoice of a company without enrolment of the partner does not count."""
        data = self.setup_other_company()
        other = data["company"]
        self._invoice(
            self.acme,
            "2026-03-03",
            100,
            company_id=other.id,
            journal_id=data["default_journal_sale"].id,
        )
        self._invoice(self.acme, "2026-03-03", 5)
        self.program._run()
        self.assertEqual(self._credited(self.acme), 5)
        program = self.program.create(
            {"name": "Resellers", "company_id": other.id, "date_start": "2026-01-01"}
        )
        self._enroll(self.acme, program=program)
        program._run()
        self.assertEqual(self._credited(self.acme, company_id=other.id), 100)
        self.assertEqual(self._credited(self.acme, company_id=self.company.id), 5)

    # === FROZEN DIMENSIONS === #

    def test_category_changed_later_acts_forward_only(self):
        """DESIGN 1: a product's new category holds for new documents, not for old credits."""
        self._invoice(self.acme, "2026-02-03", 100)
        self.program._run()
        self.pump.categ_id = self.services
        self._invoice(self.acme, "2026-03-03", 30)
        self.program._run()
        self.assertEqual(self._credited(self.acme, categ_id=self.pumps.id), 100)
        self.assertEqual(self._credited(self.acme, categ_id=self.services.id), 30)

    def test_withdrawn_credit_keeps_the_old_category(self):
        """DESIGN 1: what is taken back is taken from the category where it was."""
        invoice = self._invoice(self.acme, "2026-02-03", 100)
        self.program._run()
        self.pump.categ_id = self.services
        invoice.button_draft()
        self.program._run()
        self.assertEqual(self._credited(self.acme, categ_id=self.pumps.id), 0)
        self.assertEqual(self._credited(self.acme, categ_id=self.services.id), 0)
        withdrawn = self.env["pmm.credit"].search([("reason", "=", "withdrawn")])
        self.assertEqual((withdrawn.categ_id, withdrawn.amount), (self.pumps, -100))

    def test_amount_changed_later_keeps_the_old_category(self):
        """DESIGN 1: a correction of an old document stays with the category of the event."""
        invoice = self._invoice(self.acme, "2026-02-03", 100)
        self.program._run()
        self.pump.categ_id = self.services
        invoice.button_draft()
        invoice.invoice_line_ids.price_unit = 80
        invoice.action_post()
        self.program._run()
        self.assertEqual(self._credited(self.acme, categ_id=self.pumps.id), 80)
        self.assertEqual(self._credited(self.acme, categ_id=self.services.id), 0)

    # === SALE ORDERS === #

    def test_referrer_of_the_order_reaches_the_invoice(self):
        """K4: who brought the order is credited when it is invoiced."""
        order = self._order(self.acme, (self.pump, 1, 100), pmm_referrer_id=self.bolt.id)
        self.program._run()
        self.assertEqual(self._credited(self.bolt, "referrer"), 0)
        invoice = self._advance(order, "delivered")
        self.assertEqual(invoice.pmm_referrer_id, self.bolt)
        self.program._run()
        self.assertEqual(self._credited(self.bolt, "referrer"), 100)

    def test_orders_of_different_referrers_get_invoices_of_their_own(self):
        """K4: one invoice has one referrer, so orders are not merged across referrers."""
        orders = self._order(self.acme, (self.pump, 1, 100), pmm_referrer_id=self.bolt.id)
        orders |= self._order(self.acme, (self.pump, 1, 30))
        orders |= self._order(self.acme, (self.pump, 1, 7))
        invoices = orders._create_invoices()
        self.assertEqual(
            sorted((m.pmm_referrer_id.name or "", m.amount_untaxed) for m in invoices),
            [("", 37), ("Bolt Supplies", 100)],
        )

    def test_order_refuses_its_buyer_and_a_contact_as_referrer(self):
        """DESIGN 3.9: the order refuses what its invoice would refuse."""
        person = self.env["res.partner"].create({"name": "Ann", "parent_id": self.bolt.id})
        with self.assertRefused("cannot refer its own purchase", ValidationError):
            self._order(self.acme, (self.pump, 1, 1), pmm_referrer_id=self.acme.id)
        with self.assertRefused("Bolt Supplies", ValidationError):
            self._order(self.acme, (self.pump, 1, 1), pmm_referrer_id=person.id)

    def test_down_payment_counts_once(self):
        """R31: half when it is invoiced, the other half with the final invoice."""
        order = self._order(
            self.acme, (self.pump, 1, 100), (self.valve, 2, 50), pmm_referrer_id=self.bolt.id
        )
        advance = self._advance(order, "percentage", amount=50)
        self.program._run()
        self.assertEqual(advance.amount_untaxed, 100)
        self.assertEqual(self._credited(self.acme), 100)
        final = self._advance(order, "delivered")
        self.program._run()
        self.assertEqual(final.amount_untaxed, 100)
        self.assertEqual(self._credited(self.acme), 200)
        self.assertEqual(self._credited(self.bolt, "referrer"), 200)

    def test_credit_note_of_a_withdrawn_invoice_stands_alone(self):
        """K12: a return belongs to its invoice only while that invoice is posted."""
        invoice = self._invoice(self.acme, "2026-01-20", 100)
        refund = self._refund(invoice, "2026-02-10", 40)
        self.program._run()
        invoice.button_draft()
        self.program._run()
        standing = self.env["pmm.credit"]._read_group(
            [("document_model", "=", "account.move"), ("document_id", "=", refund.id)],
            ["origin_date:day", "origin_document_id"],
            ["amount:sum"],
            having=[("amount:sum", "!=", 0)],
        )
        self.assertEqual(
            [(str(day), document, amount) for day, document, amount in standing],
            [("2026-02-10", refund.id, -40.0)],
        )
