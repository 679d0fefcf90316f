from odoo.exceptions import UserError, ValidationError
from odoo.fields import Command
from odoo.tests import freeze_time, tagged

from .attribution_common import AttributionCommon


@tagged("post_install", "-at_install")
@freeze_time("2026-04-15")
class TestPmmTerritory(AttributionCommon):
    """R51: what is delivered into an area is credited to who has it."""

    def _partner_of(self, place, day="2026-04-15", **vals):
        """Return whose territory an invoice and an order to ``place`` are in, by first name."""
        invoice = self._invoice(place, day, 10, **vals)
        with freeze_time(f"{day} 12:00:00"):
            order = self._order(place, 10)
        found = {d.pmm_territory_partner_id.name or "Nobody" for d in (invoice, order)}
        self.assertEqual(len(found), 1, "order and invoice differ")
        return found.pop().split()[0]

    def test_the_more_specific_one_wins(self):
        """R51: postal code before state before country before everywhere, then the order."""
        self._territory(self.acme, country_ids=False, sequence=1)
        self._territory(self.bolt, sequence=1)
        bavaria = [Command.set(self.bavaria.ids)]
        self._territory(self.carol, state_ids=bavaria, sequence=1)
        self._territory(self.dora, state_ids=bavaria, zip_prefixes="80; 81,D-82 3")
        for place, expected in (
            (self._place(), "Acme"),
            (self._place(self.austria), "Acme"),
            (self._place(self.germany), "Bolt"),
            (self._place(self.germany, self.berlin, "80331"), "Bolt"),
            (self._place(self.germany, self.bavaria), "Carol"),
            (self._place(self.germany, self.bavaria, "79999"), "Carol"),
            (self._place(self.germany, self.bavaria, "80000"), "Dora"),
            (self._place(self.germany, self.bavaria, "8 1 667"), "Dora"),
            (self._place(self.germany, self.bavaria, "8"), "Carol"),
            (self._place(self.germany, self.bavaria, "d-8231"), "Dora"),
            (self._place(self.germany, self.bavaria, "d-8 22"), "Carol"),
            (self._place(self.germany, self.bavaria, "D 823"), "Dora"),
            (self._place(self.germany, self.bavaria, "82000"), "Carol"),
        ):
            with self.subTest(f"{place.country_id.code} {place.state_id.code} {place.zip}"):
                self.assertEqual(self._partner_of(place), expected)

    def test_example_of_the_guide(self):
        """R51: the table in readme/USAGE.md."""
        bavaria = [Command.set(self.bavaria.ids)]
        self._territory(self.bolt)
        self._territory(self.carol, state_ids=bavaria)
        self._territory(self.dora, state_ids=bavaria, zip_prefixes="80, 81")
        hamburg = self.env.ref("base.state_de_hh")
        for state, code, expected in (
            (hamburg, "20095", "Bolt"),
            (self.bavaria, "90402", "Carol"),
            (self.bavaria, "80331", "Dora"),
        ):
            place = self._place(self.germany, state, code)
            self.assertEqual(self._partner_of(place), expected)

    def test_order_of_the_list_decides_between_equals(self):
        """R51: two territories of the same kind: the lower sequence, then the older one."""
        first, second = self._territory(self.bolt), self._territory(self.carol)
        place = self._place(self.germany)
        self.assertEqual(self._partner_of(place), "Bolt")
        first.sequence = second.sequence + 1
        self.assertEqual(self._partner_of(place), "Carol")

    def test_days_are_half_open(self):
        """R51, DESIGN 3.8: the first day belongs to the territory, the day of its end does not."""
        self._territory(self.bolt, date_start="2026-02-10", date_stop="2026-03-10")
        place = self._place(self.germany)
        for day, expected in (
            ("2026-02-09", "Nobody"),
            ("2026-02-10", "Bolt"),
            ("2026-03-09", "Bolt"),
            ("2026-03-10", "Nobody"),
        ):
            with self.subTest(day):
                self.assertEqual(self._partner_of(place, day), expected)

    def test_day_of_an_order_is_that_of_the_company(self):
        """R51: 23:30 UTC of 14 April is 15 April in Tokyo and still 14 April in Los Angeles."""
        self._territory(self.bolt, date_start="2026-04-15")
        place = self._place(self.germany)
        for tz, expected in (
            ("Asia/Tokyo", "Bolt Supplies"),
            ("America/Los_Angeles", False),
            (False, False),
        ):
            self.company.partner_id.tz = tz
            with self.subTest(tz), freeze_time("2026-04-14 23:30:00"):
                order = self._order(place, 10)
                self.assertEqual(order.pmm_territory_partner_id.name, expected)

    def test_delivery_address_counts(self):
        """R51: where it is delivered; the company's address where that has no country."""
        self._territory(self.bolt)
        berlin, vienna = self._place(self.germany), self._place(self.austria)
        here, nowhere = self.env["res.partner"].create(
            [
                {"name": "Dock", "parent_id": vienna.id, "type": "delivery", **vals}
                for vals in ({"country_id": self.germany.id}, {})
            ]
        )
        for customer, ship, expected in (
            (vienna, here, "Bolt Supplies"),
            (vienna, vienna, False),
            (berlin, nowhere, "Bolt Supplies"),
            (vienna, nowhere, False),
        ):
            nowhere.country_id = False
            invoice = self._invoice(customer, "2026-04-15", 9, partner_shipping_id=ship.id)
            self.assertEqual(invoice.pmm_territory_partner_id.name, expected)

    def test_only_of_the_own_company(self):
        """DESIGN 3.5: territories of another company say nothing."""
        other = self.env["res.company"].create({"name": "Other"})
        self._territory(self.bolt, company_id=other.id)
        self.assertEqual(self._partner_of(self._place(self.germany)), "Nobody")

    def test_only_customer_documents(self):
        """R51: a bill from a vendor in the territory is nobody's sale."""
        self._territory(self.bolt)
        bill = self._invoice(
            self._place(self.germany),
            "2026-04-15",
            9,
            move_type="in_invoice",
        )
        self.assertFalse(bill.pmm_attribution_ids)

    def test_its_share_is_credited_beside_the_buyer(self):
        """R51, K9: 25 % of what is sold there; the buyer's credit stays whole."""
        here = self._kpi("Here", role="territory")
        self._territory(self.bolt, share=25)
        self.acme.country_id = self.germany
        invoice = self._invoice(self.acme, "2026-04-10", 1000.02)
        self._refund(invoice, "2026-04-15", 400)
        self.program._run()
        self.assertEqual(self._credited(self.bolt, "territory"), 150.01)
        self.assertEqual(self._credited(self.acme), 600.02)
        self.assertResult(self.bolt_in, "2026-04", 150.01, kpi=here)

    # === FORWARD ONLY === #

    def test_changes_act_on_later_documents_only(self):
        """R51: what is attributed stays, whatever becomes of the territory."""
        territory = self._territory(self.bolt)
        place = self._place(self.germany)
        invoice, order = self._invoice(place, "2026-04-10", 10), self._order(place, 20)
        territory.write({"partner_id": self.carol.id, "share": 50})
        for document in (invoice, order):
            self.assertEqual(self._credited_with(document), {"Bolt": 100})
        # an invoice goes with its order, a credit note with its invoice
        later = order._create_invoices()
        later.action_post()
        refund = self._refund(invoice, "2026-04-15")
        for document in (later, refund):
            self.assertEqual(self._credited_with(document), {"Bolt": 100})
        self.assertEqual(self._credited_with(self._invoice(place, "2026-04-10", 10)), {"Carol": 50})
        with self.assertRefused("Instead of deleting"):
            territory.unlink()

    def test_invoice_of_an_order_without_territory_has_none(self):
        """R51: the order decides, also where nobody had its address."""
        order = self._order(self._place(self.germany), 20)
        self._territory(self.bolt)
        invoice = order._create_invoices()
        invoice.action_post()
        self.assertFalse(invoice.pmm_attribution_ids)

    def test_posted_again_it_is_looked_up_again(self):
        """R51: a wrong address is mended by resetting the invoice; a correction by hand stays."""
        self._territory(self.bolt)
        self._territory(self.carol, country_ids=[Command.set(self.austria.ids)])
        place = self._place(self.germany)
        invoice = self._invoice(place, "2026-04-10", 10)
        self.assertEqual(self._credited_with(invoice), {"Bolt": 100})
        place.country_id = self.austria
        self.assertEqual(self._credited_with(invoice), {"Bolt": 100})
        invoice.button_draft()
        invoice.action_post()
        self.assertEqual(self._credited_with(invoice), {"Carol": 100})
        for partner, expected in ((self.dora, {"Dora": 80}), (self.dora.browse(), {})):
            self._change_credits(invoice, territory_partner_id=partner.id, territory_share=80)
            invoice.button_draft()
            invoice.action_post()
            self.assertEqual(self._credited_with(invoice), expected)
        order = self._order(place, 10)
        self._change_credits(order, territory_partner_id=self.dora.id)
        order._action_cancel()
        order.action_draft()
        order.action_confirm()
        self.assertEqual(self._credited_with(order), {"Dora": 100})

    # === WHAT IS REFUSED === #

    def test_bad_territories_are_refused(self):
        """DESIGN 3.9: with a sentence that says what to do."""
        person = self.env["res.partner"].create({"name": "Ann", "parent_id": self.bolt.id})
        both = [Command.set((self.germany | self.austria).ids)]
        bavaria = [Command.set(self.bavaria.ids)]
        for sentence, vals in (
            ("to its company Bolt Supplies", {"partner_id": person.id}),
            ("Add Germany", {"country_ids": [Command.set(self.austria.ids)], "state_ids": bavaria}),
            ("none of Austria", {"country_ids": both, "state_ids": bavaria}),
            ("in which countries", {"country_ids": False, "zip_prefixes": "80"}),
        ):
            with self.subTest(sentence), self.assertRefused(sentence, ValidationError):
                self._territory(self.bolt, **vals)
        self._territory(self.bolt, country_ids=False, state_ids=bavaria, zip_prefixes="80")
        self._territory(self.bolt, country_ids=both)

    def test_postal_codes_are_cleaned(self):
        """R51: codes are compared without spaces, hyphens and case, each once."""
        territory = self._territory(self.bolt, zip_prefixes=" sw1a 1,\nD-80;80,, 80 ")
        self.assertEqual(territory.zip_prefixes, "80, D80, SW1A1")
        territory.zip_prefixes = " , "
        self.assertFalse(territory.zip_prefixes)

    # === SIZE === #

    def test_posting_and_confirming_ask_as_often_for_many(self):
        """X13: 200 invoices or orders are attributed in as many queries as one."""
        self._territory(self.bolt)
        place = self._place(self.germany)
        counts = {"move": [], "order": []}
        invoice = self._invoice(place, "2026-04-15", 10, post=False)
        order = self._order(place, 10, confirm=False)
        for number in (1, 1, 200):
            moves = self.env["account.move"].union(
                *(invoice.copy({"invoice_date": "2026-04-15"}) for _number in range(number))
            )
            orders = self.env["sale.order"].union(*(order.copy() for _number in range(number)))
            with self._counted(counts["move"]):
                moves._pmm_find_territories()
            with self._counted(counts["order"]):
                orders._pmm_find_territories()
            for document in (*moves, *orders):
                self.assertEqual(self._credited_with(document), {"Bolt": 100})
        for name, (_warm, one, many) in counts.items():
            with self.subTest(name):
                self.assertEqual(one, many, "queries for 1 and for 200 documents")
                self.assertLess(many, 8)

    def test_salesperson_confirms_without_rights_in_programmes(self):
        """X14: who confirms or posts need not read territories."""
        self._territory(self.bolt)
        seller = self._user("seller", "sales_team.group_sale_salesman")
        biller = self._user("biller", "account.group_account_invoice")
        order = self._order(self._place(self.germany), 10, confirm=False, user_id=seller.id)
        order.with_user(seller).action_confirm()
        self.assertEqual(order.with_user(seller).pmm_territory_partner_id, self.bolt)
        move = self._invoice(self._place(self.germany), "2026-04-15", 1, post=False)
        move.with_user(biller).action_post()
        self.assertEqual(move.with_user(biller).pmm_territory_id.partner_id, self.bolt)
        with self.assertRaises(UserError):
            order.with_user(seller).pmm_attribution_ids.unlink()
