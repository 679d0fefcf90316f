from odoo.exceptions import AccessError
from odoo.service.model import get_public_method
from odoo.tests import Form, freeze_time, tagged

from .common import OfferCommon

PEOPLE = {
    "internal": "base.group_user",
    "portal": "base.group_portal",
    "user": "pmm_partner_kpi.group_pmm_user",
    "manager": "pmm_partner_kpi.group_pmm_manager",
    "approver": "pmm_rewards.group_pmm_approver",
    "admin": "pmm_partner_kpi.group_pmm_admin",
    "accountant": "account.group_account_invoice",
    "seller": "sales_team.group_sale_salesman",
    "sales_manager": "sales_team.group_sale_manager",
}
# who may (r)ead, (w)rite, (c)reate and (d)elete; whoever is not named may do nothing
RIGHTS = {
    "pmm.offer.campaign": {
        "user": "r",
        "manager": "rwcd",
        "approver": "rwcd",
        "admin": "rwcd",
        "accountant": "r",
    },
    # offers are made by the run; portal: the roles that buy, see test_portal_access
    "pmm.offer": {
        "user": "r",
        "manager": "r",
        "approver": "r",
        "admin": "r",
        "accountant": "r",
        "portal": "r",
    },
}
OPERATIONS = {"r": "read", "w": "write", "c": "create", "d": "unlink"}
# all that can be called from outside: a new one needs a row here, and a thought about rights
PUBLIC = {
    "pmm.offer.campaign": {
        "action_activate",
        "action_close",
        "action_generate",
        "action_view_offers",
        "copy_data",
        "create",
        "write",
    },
    "sale.order": {"action_confirm"},
}


@tagged("post_install", "-at_install")
@freeze_time("2026-04-15")
class TestAccess(OfferCommon):
    """DESIGN 3.5, 3.6, 6, X10: who may see and do what."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.people = {login: cls._user(f"pmm_{login}", group) for login, group in PEOPLE.items()}
        cls.campaign = cls._campaign()
        cls.acme_in.user_id = cls.people["user"]
        cls.bolt_in.user_id = cls._user("pmm_colleague", PEOPLE["user"])
        cls._invoice(cls.bolt, "2026-04-10", 900)
        cls.offer = cls._offered(cls.acme_in, 800, cls.campaign)
        cls.other = cls._offers(cls.campaign, cls.bolt_in)

    def test_each_group_has_its_rights_on_each_model(self):
        """DESIGN 6: one table: model × group × operation."""
        for model, rights in RIGHTS.items():
            for login, user in self.people.items():
                records = self.env[model].with_user(user)
                found = "".join(
                    letter
                    for letter, operation in OPERATIONS.items()
                    if records.has_access(operation)
                )
                with self.subTest(model=model, login=login):
                    self.assertEqual(found, rights.get(login, ""))

    def test_no_model_of_the_addon_is_left_out_of_the_table(self):
        """DESIGN 3.5: a new model needs a row in the table."""
        ours = {
            name
            for name, model in self.env.registry.items()
            if model._original_module == "pmm_offers" and not model._abstract
        }
        self.assertEqual(ours, set(RIGHTS))

    def test_public_methods_are_those_of_the_table(self):
        """DESIGN 6: every public method is an endpoint for everybody who can log in."""
        found = {}
        for name, model in self.env.registry.items():
            for base in model.mro():
                if base.__module__.startswith("odoo.addons.pmm_offers."):
                    methods = {
                        key
                        for key, value in vars(base).items()
                        if callable(value) and not key.startswith("_")
                    }
                    if methods:
                        found.setdefault(name, set()).update(methods)
        self.assertEqual(found, PUBLIC)

    def test_what_makes_offers_cannot_be_called_from_outside(self):
        """DESIGN 6: the workers behind the buttons check no rights, so they are private."""
        for model, names in {
            "pmm.offer": ("_generate", "_make", "_of_cards"),
            "pmm.program": ("_run", "_make_offers", "_cron_make_offers"),
            "pmm.offer.trigger.band_near_miss": ("_candidates",),
        }.items():
            for name in names:
                self.assertTrue(hasattr(self.env[model], name), name)
                with self.assertRaises(AccessError):
                    get_public_method(self.env[model], name)

    def test_managers_press_the_buttons(self):
        """DESIGN 6: nobody else activates, closes, or makes offers; no coupons' manager needed."""
        managers = {"manager", "approver", "admin"}
        for button in ("action_activate", "action_generate", "action_close"):
            for login, user in self.people.items():
                press = getattr(self.campaign.with_user(user), button)
                with self.subTest(button=button, login=login):
                    if login in managers:
                        press()
                        self.campaign.sudo().state = "active"
                    else:
                        self.assertRefused(press)
        draft = self._campaign(activate=False, name="Draft").with_user(self.people["manager"])
        self.assertFalse(self.people["manager"].has_group("sales_team.group_sale_manager"))
        draft.action_activate()
        self.assertEqual(len(self._offers(draft)), 0)
        message = draft.action_generate()["params"]["message"]
        self.assertEqual((message, draft.offer_count), ("New offers: 2.", 2))

    def test_nobody_writes_offers(self):
        """DESIGN 3.6: not even those who manage the programme."""
        vals = self.offer.sudo().copy_data({"period_id": self._period("2026-05").id})[0]
        for login, user in self.people.items():
            mine = self.offer.with_user(user)
            for attempt in (
                lambda mine=mine: mine.write({"threshold_amount": 1}),
                lambda mine=mine: mine.web_save({"date_stop": "2027-01-01"}, {}),
                lambda mine=mine: mine.create(vals),
                lambda mine=mine: mine.copy({"period_id": vals["period_id"]}),
                lambda mine=mine: mine.unlink(),
            ):
                with self.subTest(login=login):
                    self.assertRefused(attempt)
        campaign = self.campaign.with_user(self.people["manager"])
        for command in ((0, 0, vals), (1, self.offer.id, {"discount": 99}), (2, self.offer.id, 0)):
            self.assertRefused(lambda command=command: campaign.write({"offer_ids": [command]}))

    def test_a_user_sees_the_offers_of_own_partners_only(self):
        """X10: Acme is in the user's care, Bolt in a colleague's."""
        Offer = self.env["pmm.offer"].with_user(self.people["user"])
        self.assertEqual(Offer.search([]), self.offer)
        self.assertEqual(Offer.search([("state", "=", "open")]), self.offer)
        self.assertEqual(Offer._read_group([], [], ["__count"]), [(1,)])
        self.assertRefused(lambda: self.other.with_user(self.people["user"]).read(["code"]))
        campaign = self.campaign.with_user(self.people["user"])
        campaign.invalidate_recordset()
        self.assertEqual((campaign.offer_count, campaign.offer_ids), (1, self.offer))
        self.assertEqual(Offer.search(campaign.action_view_offers()["domain"]), self.offer)
        self.acme_in.user_id = False
        self.assertFalse(Offer.search([]))

    def test_managers_see_all_offers(self):
        """DESIGN 6: also those of partners without an account manager."""
        self.acme_in.user_id = False
        for login in ("manager", "approver", "admin"):
            found = self.env["pmm.offer"].with_user(self.people[login]).search([])
            with self.subTest(login):
                self.assertEqual(found, self.offer | self.other)

    def test_forms_open_for_users_and_managers(self):
        """DESIGN 6: all that is on them, and all that can be exported, can be read."""
        for login in ("user", "manager"):
            for records in (self.offer, self.campaign):
                record = records.with_user(self.people[login])
                self.env.invalidate_all()
                with self.subTest(login=login, model=record._name):
                    Form(record)
                    fields = record.fields_get()
                    self.assertTrue(record.read(list(fields)))
                    self.assertTrue(record.display_name)

    def test_quotations_are_read_without_rights_in_pmm(self):
        """DESIGN 6: a salesperson sees what the quotation form shows, and no offer by itself."""
        order = self._order(self.acme, 1000, user_id=self.people["seller"].id)
        for login in ("seller", "sales_manager"):
            mine = order.with_user(self.people[login])
            self.env.invalidate_all()
            self.assertIn(self.offer.code, mine.pmm_offer_summary)
            Form(mine)
            self.assertRefused(lambda mine=mine: mine.env["pmm.offer"].search([]))
        for login in ("internal", "portal", "accountant"):
            names = self.env["sale.order"].with_user(self.people[login]).fields_get()
            self.assertNotIn("pmm_offer_summary", names, login)

    def test_another_company_is_out_of_sight(self):
        """X10: no company sees another's campaigns and offers, or makes some for it."""
        company = self.setup_other_company()["company"]
        admin = self.env["pmm.program"].sudo()
        program = admin.create(
            {"name": "Other", "company_id": company.id, "date_start": "2026-01-01", "tz": "UTC"}
        )
        program._setup_accounting()
        enrollment = self._enroll(self.acme, program=program.sudo())
        plan = self.env["pmm.reward.plan"].sudo().create({"name": "X", "program_id": program.id})
        bands = self._bands((0, 0), (1000, 0.1)) | {"plan_id": plan.id}
        rule = self.env["pmm.reward.rule"].sudo().create(bands)
        plan.action_activate()
        campaign = (
            self.env["pmm.offer.campaign"]
            .sudo()
            .create({"name": "Theirs", "program_id": program.id, "rule_id": rule.id})
        )
        campaign.action_activate()
        self.assertEqual(campaign.loyalty_program_id.company_id, company)
        move = self._invoice(self.acme, "2026-04-10", 900, company_id=company.id)
        self.assertEqual(move.company_id, company)
        program._run()
        offer = self.env["pmm.offer"].sudo().search([("enrollment_id", "=", enrollment.id)])
        self.assertEqual((offer.threshold_amount, offer.company_id), (100, company))
        for login in ("user", "manager", "approver", "admin"):
            user = self.people[login]
            for records in (campaign, offer):
                mine = records.with_user(user)
                with self.subTest(login=login, model=records._name):
                    self.assertFalse(mine.search([]) & mine)
                    self.assertRefused(lambda mine=mine: mine.read(["display_name"]))
        manager = self.people["manager"]
        self.assertRefused(campaign.with_user(manager).action_generate)
        self.assertRefused(
            lambda: (
                self.env["pmm.offer.campaign"]
                .with_user(manager)
                .create({"name": "Mine", "program_id": program.id})
            )
        )
        # and the code of one company does not work in the other one
        order = self._order(self.acme, 1000)
        self.assertIn("This code is an offer of", order._try_apply_code(offer.code)["error"])
