from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import freeze_time, tagged

from .common import PmmCommon
from .portal_common import PortalCommon

OWN = ("pmm.enrollment", "pmm.enrollment.tier")  # of everybody's company
RESULTS = ("pmm.kpi.target", "pmm.kpi.measurement", "pmm.score")  # owner, finance, sales
NUMBERS = {"pmm.kpi.target": "value", "pmm.kpi.measurement": "actual", "pmm.score": "covered"}
HIDDEN = (
    "pmm.program",
    "pmm.period",
    "pmm.kpi.definition",
    "pmm.scorecard",
    "pmm.scorecard.line",
    "pmm.credit",
    "pmm.partner.role",
    "pmm.dirty",
)
SEE_RESULTS = ("owner", "finance", "sales")


@tagged("post_install", "-at_install")
@freeze_time("2026-04-15")
class TestPortalAccess(PortalCommon, PmmCommon):
    """P2, X10, DESIGN 3.5, 3.6, 6: what people of a partner company read and change by RPC."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.people = cls._people(cls.acme)
        cls.rival = cls._person("rival", cls.bolt, "owner", "finance", "sales")
        cls.outsider = cls._person("outsider", cls.stranger, "owner", "finance", "sales")
        cls.env["pmm.enrollment.tier"].create(
            [
                {"enrollment_id": e.id, "grade_id": cls.gold.id, "date_start": "2026-01-01"}
                for e in cls.acme_in | cls.bolt_in
            ]
        )
        cls.card = cls.env["pmm.scorecard"].create(
            {
                "name": "Sales",
                "program_id": cls.program.id,
                "line_ids": [Command.create({"kpi_id": cls.kpi.id, "weight": 100})],
            }
        )
        for enrollment, value in ((cls.acme_in, 1000), (cls.bolt_in, 7)):
            for period in ("2026-03", "2026-04", "2026-05"):
                cls._target(enrollment, period, value)
        cls._invoice(cls.acme, "2026-03-10", 400)
        cls._invoice(cls.bolt, "2026-03-10", 50)
        cls.program._run()
        cls._invoice(cls.acme, "2026-03-10", 1)  # leaves a mark

    def _of(self, company, model):
        """Return what there is of ``model`` for ``company``, in the order in which it is read."""
        path = "enrollment_id.partner_id" if "enrollment_id" in self.env[model] else "partner_id"
        return self.env[model].search([(path, "=", company.id)])

    def _none(self, model):
        return self.env[model]

    # === READING === #

    def test_everybody_reads_own_enrolment_and_tier(self):
        """X10: whatever the role, also without one: of the own company, and no other."""
        for model in OWN:
            for role, user in self.people.items():
                with self.subTest(role=role, model=model):
                    self.assertReads(user, model, self._of(self.acme, model))
            with self.subTest(role="rival", model=model):
                self.assertReads(self.rival, model, self._of(self.bolt, model))
            with self.subTest(role="outsider", model=model):
                self.assertReads(self.outsider, model, self._none(model))

    def test_targets_and_results_are_for_roles_that_see_them(self):
        """P2: owner, finance and sales; learners and people without a role see none."""
        for model in RESULTS:
            own = self._of(self.acme, model)
            self.assertTrue(own)
            for role, user in self.people.items():
                seen = own if role in SEE_RESULTS else self._none(model)
                with self.subTest(role=role, model=model):
                    self.assertReads(user, model, seen, NUMBERS[model])
            with self.subTest(role="rival", model=model):
                self.assertReads(self.rival, model, self._of(self.bolt, model), NUMBERS[model])
            with self.subTest(role="outsider", model=model):
                self.assertReads(self.outsider, model, self._none(model), NUMBERS[model])

    def test_scores_are_shown_by_choice(self):
        """K14: a scorecard that partners do not see gives nothing away, also by RPC."""
        owner = self.people["owner"]
        self.assertTrue(self.env["pmm.score"].with_user(owner).search([]))
        self.card.portal_visible = False
        self.assertReads(owner, "pmm.score", self.env["pmm.score"], "covered")

    def test_stored_fields_can_be_read(self):
        """X8: what may be read is read with all the columns it has."""
        owner = self.people["owner"]
        for model in OWN + RESULTS:
            fields = self.env[model].with_user(owner)._fields
            readable = self.env[model].with_user(owner).fields_get()
            names = [name for name in readable if fields[name].store and fields[name].column_type]
            with self.subTest(model=model):
                [row] = self.env[model].with_user(owner).search_read([], names, limit=1)
                self.assertEqual(set(row), {"id", *names})

    def test_export_is_not_for_the_portal(self):
        """DESIGN 3.5: Odoo lets nobody outside export, so nothing leaves that way."""
        for user in (self.people["owner"], self.people["learner"], self.rival):
            for model in OWN + RESULTS:
                records = self._of(self.acme, model).with_user(user)
                with self.subTest(f"{user.login} {model}"), self.assertRaises(UserError):
                    records.export_data(["id", "display_name"])

    def test_figures_cannot_be_guessed_by_filters(self):
        """DESIGN 3.5: a filter or an order over a relation tells nothing that is not readable."""
        enrollment = self.env["pmm.enrollment"].with_user(self.people["learner"])
        for domain in (
            [("measurement_ids.actual", ">", 0)],
            [("target_ids.value", "=", 1000)],
            [("partner_id.pmm_enrollment_ids.measurement_ids.actual", ">", 0)],
            [("role_ids.role", "=", "owner")],
            [("program_id.enrollment_ids.partner_id", "=", self.bolt.id)],
        ):
            with self.subTest(str(domain)):
                self.assertFalse(self._found(enrollment, domain))
        tier = self.env["pmm.enrollment.tier"].with_user(self.people["learner"])
        self.assertFalse(self._found(tier, [("enrollment_id.measurement_ids.actual", ">", 0)]))
        partner = self.env["res.partner"].with_user(self.people["learner"])
        for domain in (
            [("pmm_enrollment_ids.measurement_ids.actual", ">", 0)],
            [("pmm_enrollment_ids", "!=", False)],
            [("pmm_role_ids.role", "=", "owner")],
        ):
            with self.subTest(str(domain)):
                self.assertFalse(self._found(partner, domain))

    def _found(self, model, domain):
        try:
            return model.search(domain)
        except (AccessError, ValueError):
            return model.browse()

    def test_the_rest_is_out_of_reach(self):
        """DESIGN 3.5: programmes, periods, KPIs, credits, roles and marks: not even a count."""
        for user in (*self.people.values(), self.rival, self.env.ref("base.public_user").sudo()):
            for model in HIDDEN:
                Model = self.env[model].with_user(user)
                record = self.env[model].sudo().search([], limit=1).with_user(user)
                self.assertTrue(record, model)
                for call in (
                    lambda Model=Model: Model.search([]),
                    lambda Model=Model: Model.search_count([]),
                    lambda Model=Model: Model.formatted_read_group([], [], ["__count"]),
                    lambda record=record: record.read(["display_name"]),
                ):
                    with self.subTest(f"{user.login} {model}"), self.assertRaises(AccessError):
                        call()

    def test_visitors_read_nothing(self):
        """X10: who is not logged in has no access at all."""
        public = self.env.ref("base.public_user")
        for model in OWN + RESULTS + HIDDEN:
            with self.subTest(model), self.assertRaises(AccessError):
                self.env[model].with_user(public).search_count([])

    # === WHOSE COMPANY === #

    def test_people_below_a_department_belong_to_the_company(self):
        """X10: what counts is the commercial entity, however deep the contact sits."""
        department = self.env["res.partner"].create({"name": "Sales", "parent_id": self.acme.id})
        user = self._person("deep", department, "sales")
        self.assertReads(user, "pmm.enrollment", self.acme_in)
        self.assertReads(user, "pmm.kpi.measurement", self._of(self.acme, "pmm.kpi.measurement"))

    def test_subsidiaries_are_companies_of_their_own(self):
        """X10: the owner of the parent company does not read the subsidiary, nor the reverse."""
        east = self.env["res.partner"].create(
            {"name": "Acme East", "is_company": True, "parent_id": self.acme.id}
        )
        east_in = self._enroll(east)
        self.program._run()
        user = self._person("east", east, "owner")
        self.assertReads(user, "pmm.enrollment", east_in)
        self.assertReads(user, "pmm.kpi.measurement", east_in.measurement_ids)
        self.assertReads(self.people["owner"], "pmm.enrollment", self.acme_in)

    def test_who_changes_the_company_leaves_its_figures(self):
        """X10: a person who now works elsewhere reads nothing of the former company."""
        user = self.people["sales"]
        self.assertTrue(self.env["pmm.kpi.measurement"].with_user(user).search([]))
        user.partner_id.parent_id = self.stranger
        for model in OWN + RESULTS:
            with self.subTest(model):
                self.assertFalse(self.env[model].with_user(user).search([]))

    def test_a_role_is_not_taken_along(self):
        """P2: who moves to another partner is no owner there, nor are those who move below."""
        user = self.people["owner"]
        below = self.env["res.partner"].create({"name": "Ann", "parent_id": user.partner_id.id})
        self.env["pmm.partner.role"].create({"contact_id": below.id, "role": "finance"})
        user.partner_id.parent_id = self.bolt
        people = user.partner_id | below
        self.assertEqual(people.commercial_partner_id, self.bolt)
        self.assertFalse(
            self.env["pmm.partner.role"].search([("contact_id", "in", people.ids)]),
            "roles of the former company",
        )
        self.env.registry.clear_cache()
        for model in RESULTS:
            with self.subTest(model):
                self.assertFalse(self.env[model].with_user(user).search([]))
        # a move inside the company changes nothing
        sales = self.people["sales"].partner_id
        sales.parent_id = self.env["res.partner"].create(
            {"name": "Department", "parent_id": self.acme.id}
        )
        self.assertTrue(self.env["pmm.partner.role"].search([("contact_id", "=", sales.id)]))

    def test_a_role_of_somebody_else_helps_nobody(self):
        """P2: roles are personal."""
        self.assertTrue(self.acme_in.role_ids.filtered(lambda role: role.role == "owner"))
        self.assertFalse(self.env["pmm.kpi.target"].with_user(self.people["none"]).search([]))

    def test_a_role_acts_at_once(self):
        """P2: granted and taken away between two questions of the same process."""
        user = self.people["none"]
        for model in RESULTS:
            Model = self.env[model].with_user(user)
            own = self._of(self.acme, model)
            self.assertFalse(Model.search([]))
            role = self._grant(user, "sales")
            self.assertEqual(Model.search([]).ids, own.ids)
            self.assertEqual(len(own.with_user(user).read(["id"])), len(own))
            role.role = "owner"
            self.assertEqual(Model.search([]).ids, own.ids)
            role.role = "learner"
            self.assertFalse(Model.search([]))
            role.role = "finance"
            self.assertEqual(Model.search([]).ids, own.ids)
            role.unlink()
            self.env.invalidate_all()
            self.assertFalse(Model.search([]))
            with self.assertRaises(AccessError):
                own.with_user(user).read(["id"])

    def test_other_companies_of_ours_are_apart(self):
        """X10: a person who deals with one of our companies does not see the other's programme."""
        other = self.env["res.company"].create({"name": "Other"})
        program = (
            self.env["pmm.program"]
            .sudo()
            .create(
                {
                    "name": "Abroad",
                    "company_id": other.id,
                    "date_start": "2026-01-01",
                    "tz": "UTC",
                    "kpi_ids": [Command.create({"name": "Revenue abroad", "company_id": other.id})],
                }
            )
        )
        abroad = self.env["pmm.enrollment"].sudo()
        abroad = abroad.create({"program_id": program.id, "partner_id": self.acme.id})
        abroad.date_start = "2026-01-01"
        self.env["pmm.enrollment.tier"].sudo().create(
            {"enrollment_id": abroad.id, "grade_id": self.gold.id, "date_start": "2026-01-01"}
        )
        self.env["pmm.scorecard"].sudo().create(
            {
                "name": "Sales abroad",
                "program_id": program.id,
                "line_ids": [Command.create({"kpi_id": program.kpi_ids.id, "weight": 100})],
            }
        )
        program._run()
        self.env["pmm.kpi.target"].sudo().create(
            {
                "enrollment_id": abroad.id,
                "kpi_id": program.kpi_ids.id,
                "period_id": program.period_ids[0].id,
                "value": 1,
            }
        )
        owner = self.people["owner"]
        for model in OWN + RESULTS:
            foreign = self.env[model].sudo().search([("company_id", "=", other.id)])
            self.assertTrue(foreign, model)
            ours = self._of(self.acme, model).filtered(lambda r: r.company_id == self.company)
            with self.subTest(model):
                self.assertReads(owner, model, ours)
        owner.company_ids |= other
        enrollments = self.env["pmm.enrollment"].with_user(owner).search([])
        self.assertEqual(set(enrollments.ids), {self.acme_in.id, abroad.id})

    # === CHANGING === #

    def test_partners_change_nothing(self):
        """DESIGN 3.6: not even owners write, create, copy or delete, of any model."""
        records = {
            self.acme_in: {"date_start": "2025-01-01"},
            self.acme_in.tier_ids: {"grade_id": self.silver.id},
            self.acme_in.target_ids[0]: {"value": 0},
            self._measurement(self.acme_in, "2026-03"): {"actual": 9999},
            self.program: {"name": "Mine"},
            self._period("2026-04"): {"state": "closed"},
            self.kpi: {"name": "Mine"},
            self.env["pmm.credit"].search([], limit=1): {"amount": 9999},
            self.card: {"portal_visible": False},
            self.env["pmm.score"].search([], limit=1): {"score": 1},
            self.acme_in.role_ids[0]: {"role": "owner"},
        }
        for user in (self.people["owner"], self.people["learner"], self.rival):
            for record, vals in records.items():
                with self.subTest(f"{user.login} {record}"):
                    self.assertChangesNothing(user, record, vals)

    def test_no_back_door_through_the_partner(self):
        """DESIGN 3.6: enrolments and roles are not written through partner or enrolment."""
        learner = self.people["learner"]
        mine = {"contact_id": learner.partner_id.id, "role": "owner"}
        for record, vals in (
            (learner.partner_id, {"pmm_role_ids": [Command.create(mine)]}),
            (self.acme, {"pmm_role_ids": [Command.create(mine)]}),
            (self.acme, {"pmm_enrollment_ids": [Command.clear()]}),
            (self.acme_in, {"role_ids": [Command.create(mine)]}),
            (learner.partner_id, {"parent_id": self.bolt.id}),
        ):
            with self.subTest(str(vals)), self.assertRaises(AccessError):
                record.with_user(learner).write(vals)
        self.assertEqual(
            self.acme_in.role_ids.filtered(
                lambda role: role.contact_id == learner.partner_id
            ).mapped("role"),
            ["learner"],
        )
