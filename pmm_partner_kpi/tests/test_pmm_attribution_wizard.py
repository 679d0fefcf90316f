from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import freeze_time, tagged

from .attribution_common import AttributionCommon


@tagged("post_install", "-at_install")
@freeze_time("2026-04-15")
class TestPmmAttributionWizard(AttributionCommon):
    """R14, DESIGN 3.6: who may change the credits of documents that are no drafts any more."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.seller = cls._user("seller", "sales_team.group_sale_manager")
        cls.biller = cls._user("biller", "account.group_account_manager")
        cls.reader = cls._user("reader", "pmm_partner_kpi.group_pmm_user")
        cls.manager = cls._user("manager", "pmm_partner_kpi.group_pmm_manager")
        cls.portal = cls._user("portal", "base.group_portal")
        cls.portal.partner_id.parent_id = cls.acme
        shares = [(cls.bolt, 60), (cls.carol, 40)]
        cls.order = cls._order(cls.acme, 1000, shares=shares)
        cls.invoice = cls._invoice(cls.acme, "2026-02-10", 1000, pmm_split_ids=cls._splits(*shares))

    def _last_note(self, document):
        return document.sudo().message_ids.sorted("id")[-1]

    # === EVERY OTHER WAY IS REFUSED === #

    def test_documents_that_are_no_drafts_are_fixed(self):
        """DESIGN 3.6: by the form, the rows, the flag; for all, and with more rights, too."""
        admin = self.env.user
        self.program.allow_over_split = True
        for document, users in (
            (self.order, [self.seller, self.manager, admin]),
            (self.invoice, [self.biller, admin]),
        ):
            field = document._pmm_attribution_field()
            row = document.pmm_split_ids[0]
            for user in users:
                mine, rows = document.with_user(user), row.with_user(user)
                vals = {field: document.id, "partner_id": self.dora.id, "share": 0.01}
                for records in (mine, mine.sudo()):
                    share = records.env["pmm.attribution"]
                    for call in (
                        lambda d=records: d.write({"pmm_referrer_id": self.dora.id}),
                        lambda d=records: d.write({"pmm_split_ids": [Command.clear()]}),
                        lambda d=records: d.write(
                            {"pmm_split_ids": self._splits((self.dora, 0.01))}
                        ),
                        lambda d=records, r=row: d.write(
                            {"pmm_split_ids": [Command.update(r.id, {"share": 1})]}
                        ),
                        lambda s=share, v=vals: s.create(v),
                        lambda s=share, r=row: s.browse(r.id).write({"share": 1}),
                        lambda s=share, r=row: s.browse(r.id).unlink(),
                    ):
                        with (
                            self.subTest(f"{user.login} {document._name} su={records.env.su}"),
                            self.assertRefused("no draft any more"),
                            self.env.cr.savepoint(),
                        ):
                            call()
                with self.assertRefused("Change credits"), self.env.cr.savepoint():
                    mine.write({"pmm_territory_fixed": True})
                # a context that comes with the call opens nothing
                for value in (True, "correction", 1):
                    with self.assertRefused("no draft any more"), self.env.cr.savepoint():
                        rows.with_context(pmm_credits=value).write({"share": 1})
        # neither with the document nor by a context that comes with it
        for model in ("sale.order", "account.move"):
            vals = {"partner_id": self.acme.id}
            if model == "account.move":
                vals["move_type"] = "out_invoice"
            Document = self.env[model].with_user(admin)
            for call in (
                lambda D=Document, v=vals: D.create(v | {"pmm_territory_fixed": True}),
                lambda D=Document, v=vals: D.with_context(default_pmm_territory_fixed=True).create(
                    v
                ),
            ):
                with self.assertRefused("Change credits"), self.env.cr.savepoint():
                    call()
        self.assertEqual(self._credited_with(self.order), {"Bolt": 60, "Carol": 40})
        # what stays the same may be saved with the rest of the form
        self.order.with_user(self.seller).write({"pmm_referrer_id": False, "client_order_ref": "7"})

    def test_rows_cannot_be_moved_between_documents(self):
        """DESIGN 3.6: neither from a fixed document to a draft nor back."""
        draft = self._order(self.acme, 1, confirm=False, shares=[(self.dora, 1)])
        self.program.allow_over_split = True
        for row, target in (
            (self.order.pmm_split_ids[0], draft),
            (draft.pmm_split_ids, self.order),
        ):
            with self.assertRefused("no draft any more"), self.env.cr.savepoint():
                row.order_id = target
                self.env.flush_all()

    def test_drafts_are_for_those_who_edit_them(self):
        """DESIGN 6: who may not write the document may not share it; nobody sets territories."""
        order = self._order(self.acme, 1, confirm=False, user_id=self.manager.id)
        move = self._invoice(self.acme, "2026-04-10", 1, post=False)
        own = self._user("ownseller", "sales_team.group_sale_salesman")
        for user, vals in (
            (own, {"order_id": order.id}),
            (self.seller, {"move_id": move.id}),
            (self.manager, {"move_id": move.id}),
            (self.reader, {"order_id": order.id}),
            (self.portal, {"order_id": order.id}),
            (self.portal, {"move_id": move.id}),
        ):
            share = vals | {"partner_id": self.bolt.id, "share": 10}
            with (
                self.subTest(f"{user.login} {vals}"),
                self.assertRaises(AccessError),
                self.env.cr.savepoint(),
            ):
                self.env["pmm.attribution"].with_user(user).create(share)
        territory = {"partner_id": self.bolt.id, "share": 10, "role": "territory"}
        for user, vals in (
            (self.seller, {"order_id": order.id}),
            (self.biller, {"move_id": move.id}),
        ):
            with self.assertRefused("follows from the delivery address"), self.env.cr.savepoint():
                self.env["pmm.attribution"].with_user(user).create(vals | territory)

    def test_portal_sees_and_changes_nothing(self):
        """DESIGN 3.5: the buyer's people learn nothing of who else is credited."""
        for document in (self.order, self.invoice):
            mine = document.with_user(self.portal)
            for name in (
                "pmm_split_ids",
                "pmm_attribution_ids",
                "pmm_territory_id",
                "pmm_territory_partner_id",
                "pmm_referrer_id",
            ):
                self.assertNotIn(name, mine.fields_get())
                with self.assertRaises(AccessError):
                    mine.read([name])
            with self.assertRaises(AccessError):
                mine.action_pmm_change_credits()
            with self.assertRaises(AccessError):
                mine.write({"pmm_split_ids": [Command.clear()]})
        with self.assertRaises(AccessError):
            self.env["pmm.attribution"].with_user(self.portal).search([])

    # === THE CORRECTION === #

    def test_only_programme_managers_correct(self):
        """R14: sales managers, accountants and users of programmes do not."""
        wizard = self.env["pmm.attribution.wizard"]._open(self.order)
        wizard.reason = "Because"
        for user in (self.seller, self.biller, self.reader, self.portal):
            for document in (self.order, self.invoice):
                with self.subTest(user.login), self.assertRaises(AccessError):
                    document.with_user(user).action_pmm_change_credits()
            with self.assertRaises(AccessError):
                wizard.with_user(user).action_apply()
        self.assertFalse(self.invoice.with_user(self.manager).has_access("write"))
        for document in (self.order, self.invoice):
            self._change_credits(document, self.manager, shares=[(self.dora, 100)])
            self.assertEqual(self._credited_with(document), {"Dora": 100})

    def test_old_and_new_and_the_reason_are_in_the_chatter(self):
        """R14: one note, in the name of the manager; what stays is left out."""
        for document in (self.order, self.invoice):
            messages = len(document.message_ids)
            self._change_credits(
                document,
                self.manager,
                "Dora <b>helped</b>",
                referrer_id=self.stranger.id,
                shares=[(self.bolt, 60), (self.dora, 39.5)],
                territory_partner_id=self.carol.id,
                territory_share=12.5,
            )
            note = self._last_note(document)
            self.assertEqual(len(document.message_ids), messages + 1)
            self.assertEqual(note.author_id, self.manager.partner_id)
            self.assertTrue(note.is_internal or note.subtype_id.internal)
            for text in (
                "Dora &lt;b&gt;helped&lt;/b&gt;",
                "Referred by: nobody → Stranger Ltd",
                "Bolt Supplies 60.00 %, Carol &amp; Co 40.00 % → Bolt Supplies 60.00 %, Dora",
                "In the territory of: nobody → Carol &amp; Co 12.50 %",
            ):
                self.assertIn(text, note.body)
            self._change_credits(document, self.manager, shares=[(self.dora, 39.5)])
            self.assertNotIn("Referred by", self._last_note(document).body)
            self._change_credits(document, self.manager)
            self.assertEqual(len(document.message_ids), messages + 2, "nothing has changed")
            self.assertEqual(document.pmm_territory_partner_id, self.carol)

    def test_bad_corrections_are_refused(self):
        """DESIGN 3.9: no reason, a partner twice, over 100 %, a contact, the buyer as referrer."""
        person = self.env["res.partner"].create({"name": "Ann", "parent_id": self.bolt.id})
        for sentence, vals in (
            ("Say why", {"reason": " "}),
            ("Say why", {"reason": False}),
            ("shares a document once", {"shares": [(self.bolt, 1), (self.bolt, 1)]}),
            ("100.01", {"shares": [(self.bolt, 60), (self.carol, 40.01)]}),
            ("its company Bolt Supplies", {"shares": [(person, 1)]}),
            ("its company Bolt Supplies", {"territory_partner_id": person.id}),
            ("cannot refer its own purchase", {"referrer_id": self.acme.id}),
        ):
            with (
                self.subTest(sentence),
                self.assertRefused(sentence, UserError),
                self.env.cr.savepoint(),
            ):
                self._change_credits(self.invoice, self.manager, **vals)
        self.program.allow_over_split = True
        self._change_credits(
            self.invoice, self.manager, shares=[(self.bolt, 60), (self.carol, 40.01)]
        )

    def test_invoices_and_credit_notes_that_exist_stay(self):
        """R14: a correction is of one document; the dialogue says so."""
        Wizard = self.env["pmm.attribution.wizard"]
        self.assertFalse(Wizard._open(self.order).has_copies)
        self.assertFalse(Wizard._open(self.invoice).has_copies)
        made = self.order._create_invoices()
        refund = self._refund(self.invoice, "2026-04-15")
        self.assertTrue(Wizard._open(made).has_orders)
        self.assertFalse(Wizard._open(self.order).has_orders)
        self.assertFalse(Wizard._open(self.invoice).has_orders, "without an order")
        for document, copied in ((self.order, made), (self.invoice, refund)):
            self.assertTrue(Wizard._open(document).has_copies)
            self._change_credits(document, self.manager, shares=[(self.dora, 5)])
            self.assertEqual(self._credited_with(copied), {"Bolt": 60, "Carol": 40})

    def test_correction_after_the_close_is_a_difference(self):
        """DESIGN 3.3: credits get the difference, the closed result stays."""
        shared = self._kpi("Shared", role="split")
        self.program._run()
        self._close("2026-01", "2026-02", "2026-03")
        self._change_credits(self.invoice, self.manager, shares=[(self.bolt, 50), (self.dora, 50)])
        self.assertIn(self.invoice.id, self.env["pmm.dirty"]._peek("credit_move"))
        self.program._run()
        for partner, amounts in (
            (self.bolt, [600, -600, 500]),
            (self.carol, [400, -400]),
            (self.dora, [500]),
        ):
            credits = self.env["pmm.credit"].search(
                [
                    ("partner_id", "=", partner.id),
                    ("document_id", "=", self.invoice.id),
                    ("document_model", "=", "account.move"),
                    ("stage", "=", "invoiced"),
                ],
                order="id",
            )
            self.assertEqual(credits.mapped("amount"), amounts)
        self.assertResult(self.bolt_in, "2026-02", 600, kpi=shared)
        self.assertResult(self.carol_in, "2026-02", 400, kpi=shared)
        self.assertResult(self.dora_in, "2026-02", 0, kpi=shared)

    def test_correction_of_an_order_marks_it(self):
        """R14: what is booked follows."""
        self.env["pmm.credit"]._fill_dirty()
        self._change_credits(self.order, self.manager, shares=[(self.dora, 5)])
        self.assertIn(self.order.id, self.env["pmm.dirty"]._peek("credit_order"))

    # === MERGE === #

    def test_shares_of_merged_partners_add_up(self):
        """P12: one line in a draft; other shares and territories follow the partner."""
        territory = self._territory(self.carol)
        other = self._shared("2026-03-03", 10, (self.carol, 30), (self.dora, 20))
        third = self._shared("2026-03-03", 10, (self.acme, 1), (self.carol, 2), (self.dora, 3))
        draft = self._shared("2026-03-03", 9, (self.carol, 30), (self.dora, 20), post=False)
        self._merge(self.carol, self.dora, into=self.bolt)
        for document in (self.order, self.invoice):
            self.assertEqual(sum(document.pmm_split_ids.mapped("share")), 100)
            self.assertEqual(document.pmm_split_ids.partner_id, self.bolt)
        self.assertEqual(sorted(other.pmm_split_ids.mapped("share")), [20, 30])
        self.assertEqual(self._credited_with(draft), {"Bolt": 50})
        self.assertEqual(self._credited_with(other.copy()), {"Bolt": 50})
        self.assertEqual(sorted(third.pmm_split_ids.mapped("share")), [1, 2, 3])
        self.assertEqual(territory.partner_id, self.bolt)
        self.program._run()
        self.assertEqual(
            self._credited(
                self.bolt, "split", document_id=self.invoice.id, document_model="account.move"
            ),
            1000,
        )

    def test_history_of_merged_shares_stays(self):
        """P12: after a merge no run adds a row, also where both shared a document alike."""
        invoices = [
            self._shared("2026-03-10", 100, (self.carol, 30), (self.dora, 20)),
            self._shared("2026-03-11", 100, (self.carol, 20), (self.dora, 20)),
        ]
        for invoice in invoices:
            self._pay(invoice, "2026-03-20", 50)
        shared = self._kpi("Shared", role="split")
        origin = self._kpi("Origin", role="split", returns_in="origin")
        self.program._run()
        self._close("2026-01", "2026-02")
        carol_id = self.carol.id
        self._merge(self.carol, into=self.dora)
        self.assertEqual(self.program._run()["credits"], 0)
        self.assertNothingToMend()
        self.assertResult(self.carol_in, "2026-03", 50, kpi=shared)
        self.assertResult(self.dora_in, "2026-03", 40, kpi=shared)
        for invoice in invoices:
            self._pay(invoice, "2026-03-21", 10)  # dated before the merge, entered after it
            self._pay(invoice, "2026-04-16", 40)
        self.program._run()
        for former, amount in ((carol_id, 30), (0, 24 + 20 + 16)):
            credits = self.env["pmm.credit"].search(
                [("stage", "=", "collected"), ("role", "=", "split"), ("former_ref", "=", former)]
            )
            self.assertEqual(round(sum(credits.mapped("amount")), 2), amount)
        self._refund(invoices[0], "2026-04-16", 10)
        self.program._run()
        self.assertResult(self.carol_in, "2026-03", 47, kpi=origin)
        self.assertResult(self.dora_in, "2026-03", 38, kpi=origin)
        self.assertNothingToMend()
        self._change_credits(invoices[1], self.manager, shares=[(self.dora, 40)])
        self.assertEqual(len(invoices[1].pmm_split_ids), 2)

    def test_what_is_shared_cannot_become_a_contacts(self):
        """P12: a company with shares or a territory is not merged into somebody's contact."""
        person = self.env["res.partner"].create({"name": "Ann", "parent_id": self.bolt.id})
        firm, owner = self.env["res.partner"].create([{"name": "Firm"}, {"name": "Owner"}])
        self._shared("2026-03-03", 10, (firm, 30))
        self._territory(owner)
        for source in (firm, owner):
            with self.assertRefused("is a contact of Bolt Supplies"), self.env.cr.savepoint():
                self._merge(source, into=person)
