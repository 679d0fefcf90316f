from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import freeze_time, tagged

from .access_common import AccessCommon
from .access_rights import OPERATIONS, RIGHTS


@tagged("post_install", "-at_install")
@freeze_time("2026-04-15")
class TestAccess(AccessCommon):
    """X10, DESIGN 3.5, 6: who may read and change what."""


class TestAccess(FactsCommon, PmmCommon):
    """X10, DESIGN 3.5, 3.6, 6: who may read and do what."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.nobody = cls._user("nobody", "base.group_user")
        cls.portal = cls._user("portal", "base.group_portal")
        cls.user = cls._user("user", "pmm_partner_kpi.group_pmm_user")
        cls.colleague = cls._user("colleague", "pmm_partner_kpi.group_pmm_user")
        cls.manager = cls._user("manager", "pmm_partner_kpi.group_pmm_manager")
        cls.admin = cls._user("pmmadmin", "pmm_partner_kpi.group_pmm_admin")
        cls.accountant = cls._user("accountant", "account.group_account_user")
        cls.users = [
            cls.nobody,
            cls.portal,
            cls.user,
            cls.manager,
            cls.admin,
            cls.accountant,
        ]
        # a portal user of the partner company itself is the one with most to see
        cls.portal.partner_id.parent_id = cls.acme
        cls.acme_in.user_id = cls.user
        cls.bolt_in.user_id = cls.colleague
        cls.env["pmm.enrollment.tier"].create(
            [
                {"enrollment_id": e.id, "grade_id": cls.gold.id, "date_start": "2026-01-01"}
                for e in cls.acme_in | cls.bolt_in
            ]
        )
        cls.env["pmm.benefit.grant"].sudo().create(
            [
                {
                    "enrollment_id": e.id,
                    "partner_id": e.partner_id.id,
                    "kind": "grade",
                    "value_applied": cls.gold.id,
                    "granted_on": "2026-01-01",
                }
                for e in cls.acme_in | cls.bolt_in
            ]
        )
        people = cls.env["res.partner"].create(
            [{"name": p.name, "parent_id": p.id} for p in cls.acme | cls.bolt]
        )
        cls.env["pmm.partner.role"].create([{"contact_id": p.id, "role": "owner"} for p in people])
        cls.env["pmm.program.template"].create(
            {
                "name": "Ours",
                "company_id": cls.company.id,
                "kpi_line_ids": [Command.create({"kpi_id": cls.kpi.id, "target": 1})],
                "tier_line_ids": [Command.create({"grade_id": cls.gold.id})],
            }
        )
        for enrollment in cls.acme_in | cls.bolt_in:
            cls._group((enrollment.partner_id, "2026-01-01", False))
            cls.env["pmm.enrollment.former"].sudo().create(
                {"enrollment_id": enrollment.id, "former_ref": 1, "date_stop": "2025-12-31"}
            )
        cls._below(cls.acme_in, cls.bolt_in, "2026-01-01", "2026-02-01")
        cls._below(cls.bolt_in, cls.acme_in, "2026-02-01")
        cls._target(cls.acme_in, "2026-02", 100)
        cls._target(cls.bolt_in, "2026-02", 100)
        (cls.acme | cls.bolt).country_id = cls.env.ref("base.de")  # both have coverage
        cls._invoice(cls.acme, "2026-02-10", 100)
        cls._invoice(cls.bolt, "2026-02-10", 50)
        cls._make_ladder()
        segment = cls.env["pmm.segment"].create({"name": "All", "company_id": cls.company.id})
        segment._set_members(cls.acme | cls.bolt)
        batch = cls.env["pmm.opening.batch"].create({"program_id": cls.program.id})
        cls.env["pmm.opening.balance"].create(
            [
                {
                    "enrollment_id": e.id,
                    "kind": "points",
                    "date": "2025-12-31",
                    "value": 1,
                    "batch_id": batch.id,
                }
                for e in cls.acme_in | cls.bolt_in
            ]
        )
        cls._make_entry()
        for person in people:
            cls._visit(person, "2026-02-10")
        for partner in (cls.acme, cls.bolt):
            shares = [Command.create({"partner_id": partner.id, "share": 50})]
            cls._invoice(cls.stranger, "2026-02-10", 1, pmm_split_ids=shares)
        cls.env["pmm.territory"].create({"name": "Everywhere", "partner_id": cls.acme.id})
        cls.env["pmm.kpi.definition"].create(
            {
                "name": "Activity",
                "source": "points",
                "points_line_ids": [Command.create({"counted_kpi_id": cls.kpi.id})],
            }
        )
        cls.env["pmm.scorecard"].create(
            {
                "name": "Sales",
                "program_id": cls.program.id,
                "line_ids": [Command.create({"kpi_id": cls.kpi.id, "weight": 100})],
            }
        )
        cls.program._run()
        cls._make_late_changes()
        cls._invoice(cls.acme, "2026-02-11", 1)  # leaves a mark

    @classmethod
    def _make_late_changes(cls):
        cls.env["pmm.kpi.restatement"].sudo().create(
            [
                {
                    name: cls._measurement(cls, e, "2026-01")[name].id
                    for name in ("kpi_id", "period_id", "program_id", "partner_id", "company_id")
                }
                | {
                    "measurement_id": cls._measurement(cls, e, "2026-01").id,
                    "enrollment_id": e.id,
                    "date_start": "2026-01-01",
                    "revision": 1,
                    "cause": "other",
                    "credit_from": 0,
                    "credit_until": 0,
                    "recorded_at": "2026-04-01",
                }
                for e in cls.acme_in | cls.bolt_in
            ]
        )

    @classmethod
    def _make_ladder(cls):
        rung = cls.env["pmm.program.tier"].create(
            {"program_id": cls.program.id, "grade_id": cls.gold.id}
        )
        asked, confirmed = cls.env["pmm.tier.requirement"].create(
            [
                {"program_tier_id": rung.id, "kpi_id": cls.kpi.id, "threshold": 10},
                {"program_tier_id": rung.id, "kind": "check", "name": "Has a showroom"},
            ]
        )
        cls.env["pmm.tier.benefit"].create(
            {"program_tier_id": rung.id, "kind": "text", "name": "Marketing kit"}
        )
        cls.requirement = asked
        enrollments = cls.acme_in | cls.bolt_in
        cls.env["pmm.tier.check"].create(
            [{"enrollment_id": e.id, "requirement_id": confirmed.id} for e in enrollments]
        )
        cls.env["pmm.tier.proposal"].create(
            [
                {
                    "enrollment_id": e.id,
                    "new_grade_id": cls.gold.id,
                    "date_effective": "2026-04-15",
                    "move_kind": "foreign",
                }
                for e in enrollments
            ]
        )

    @classmethod
    def _make_entry(cls):
        """Make what comes of joining and pausing, for both partners."""
        enrollments = cls.acme_in | cls.bolt_in
        cls.env["pmm.enrollment.suspension"].create(
            [
                {"enrollment_id": e.id, "date_start": "2026-06-01", "reason": "Review"}
                for e in enrollments
            ]
        )
        agreement = cls.env["pmm.agreement"].create(
            {"program_id": cls.program.id, "body": "<p>Be fair.</p>", "date_from": "2026-01-01"}
        )
        agreement.action_publish()
        Acceptance = cls.env["pmm.agreement.acceptance"].sudo()
        vals = Acceptance._vals_of(agreement, "Ann Lee")
        Acceptance.create([vals | {"enrollment_id": e.id} for e in enrollments])
        for partner, user in ((cls.acme, cls.user), (cls.bolt, cls.colleague)):
            program = cls.program.copy(
                {"name": user.name, "apply_mode": "review", "user_id": user.id}
            )
            cls.env["pmm.application"].create({"program_id": program.id, "partner_id": partner.id})

    def _of(self, records, path):
        return {record.id for record in records if record.mapped(path) & self.acme}

    # === MODEL × GROUP × OPERATION === #

    def test_each_group_has_the_rights_of_the_table(self):
        """DESIGN 6: model × group × operation, all of them."""
        for model, rights in RIGHTS.items():
            for user, granted in zip(self.users, rights, strict=True):
                for letter, operation in OPERATIONS.items():
                    with self.subTest(f"{user.login} {operation} {model}"):
                        self.assertEqual(
                            self.env[model].with_user(user).has_access(operation),
                            letter in granted,
                        )

    def test_table_of_rights_names_every_model(self):
        """DESIGN 6: a new model has to be thought about."""
        models = self.env["ir.model"].search([("model", "=like", "pmm.%")]).mapped("model")
        own = {
            name
            for name in models
            if not self.env[name]._abstract
            and self.env[name]._original_module == "pmm_partner_kpi"
            and not self.env[name]._transient
        }
        self.assertEqual(own, set(RIGHTS))

    def test_reading_is_refused_to_those_outside(self):
        """DESIGN 3.5: records, counts and groups alike; for portal users see test_portal_access."""
        for user in (self.nobody, self.portal):
            for model, rights in RIGHTS.items():
                if rights[self.users.index(user)]:
                    continue
                Model = self.env[model].with_user(user)
                record = self.env[model].sudo().search([], limit=1).with_user(user)
                self.assertTrue(record, model)
                for call in (
                    lambda Model=Model: Model.search([]),
                    lambda Model=Model: Model.search_count([]),
                    lambda Model=Model: Model._read_group([], [], ["__count"]),
                    lambda record=record: record.read(["id", "display_name"]),
                ):
                    with self.subTest(f"{user.login} {model}"), self.assertRaises(AccessError):
                        call()
                # who may not export at all is told so first
                with self.assertRaises(UserError):
                    record.export_data(["id"])

    def test_partner_fields_are_hidden_from_those_outside(self):
        """DESIGN 3.5: enrolments and roles are not read through the partner or invoice."""
        move = self.env["account.move"].search([("partner_id", "=", self.acme.id)], limit=1)
        for user in (self.nobody, self.portal, self.accountant):
            for record, names in (
                (self.acme, ["pmm_enrollment_ids", "pmm_role_ids", "pmm_enrollment_count"]),
                (move, ["pmm_credit_count"]),
            ):
                for name in names:
                    with self.subTest(f"{user.login} {name}"):
                        self.assertNotIn(name, record.with_user(user).fields_get())
                        with self.assertRaises(AccessError):
                            record.with_user(user).read([name])

    # === RECORD RULES === #

    def test_user_sees_own_partners_only(self):
        """X10: enrolments, tiers, roles, targets, results, credits of the user's own partners."""
        for model, path in (
            ("pmm.enrollment", "partner_id"),
            ("pmm.enrollment.tier", "enrollment_id.partner_id"),
            ("pmm.partner.role", "partner_id"),
            ("pmm.enrollment.parent", "enrollment_id.partner_id"),
            ("pmm.enrollment.former", "enrollment_id.partner_id"),
            ("pmm.partner.group", "member_ids.partner_id"),
            ("pmm.partner.group.member", "partner_id"),
            ("pmm.kpi.target", "enrollment_id.partner_id"),
            ("pmm.kpi.measurement", "partner_id"),
            ("pmm.portal.visit", "partner_id"),
            ("pmm.score", "partner_id"),
            ("pmm.credit", "partner_id"),
            ("pmm.coverage", "partner_id"),
            ("pmm.tier.standing", "partner_id"),
            ("pmm.tier.proposal", "partner_id"),
            ("pmm.tier.check", "enrollment_id.partner_id"),
            ("pmm.benefit.grant", "partner_id"),
            ("pmm.segment.member", "partner_id"),
            ("pmm.opening.balance", "partner_id"),
            ("pmm.enrollment.suspension", "enrollment_id.partner_id"),
            ("pmm.agreement.acceptance", "enrollment_id.partner_id"),
            ("pmm.application", "partner_id"),
            ("pmm.attribution", "partner_id"),
        ):
            for user, seen, hidden in (
                (self.user, self.acme, self.bolt),
                (self.colleague, self.bolt, self.acme),
            ):
                with self.subTest(f"{user.login} {model}"):
                    records = self.env[model].with_user(user).search([])
                    self.assertEqual(records.sudo().mapped(path), seen)
                    others = self.env[model].sudo().search([(path, "=", hidden.id)])
                    with self.assertRaises(AccessError):
                        others.with_user(user).read(["display_name"])
            # accounting posts and audits what follows from it, for all partners
            auditors = self.accountant if RIGHTS[model][-1] else self.accountant.browse()
            for user in self.manager | self.admin | auditors:
                with self.subTest(f"{user.login} {model}"):
                    records = self.env[model].with_user(user).search([])
                    self.assertEqual(records.sudo().mapped(path), self.acme | self.bolt)

    def test_user_opens_own_partner_from_all_sides(self):
        """K8: what is theirs opens: result, drill-down, buttons of partner and invoice."""
        result = self._measurement(self.acme_in, "2026-02").with_user(self.user)
        action = result.action_view_credits()
        credits = self.env["pmm.credit"].with_user(self.user).search(action["domain"])
        self.assertEqual(sum(credits.mapped("amount")), 100)
        credits.action_open_document()
        self.acme.with_user(self.user).action_view_pmm_measurements()
        self.assertEqual(self.acme.with_user(self.user).pmm_enrollment_count, 1)
        self.acme_in.with_user(self.user).action_view_credits()
        self.acme_in.with_user(self.user).action_view_measurements()

    def test_user_cannot_change_what_money_depends_on(self):
        """DESIGN 6: a user reads; targets, tiers and dates are the manager's."""
        for record, vals in (
            (self.acme_in, {"date_start": "2026-02-01"}),
            (self.acme_in, {"user_id": self.colleague.id}),
            (self.acme_in.tier_ids, {"grade_id": self.silver.id}),
            (self.acme_in.target_ids, {"value": 1}),
            (self.program, {"kpi_ids": [Command.clear()]}),
            (self.kpi, {"role": "referrer"}),
            (self.acme_in.role_ids, {"role": "sales"}),
            (self.acme_in, {"tier_lock_until": False}),
            (self.requirement, {"threshold": 1}),
            (self.acme_in.proposal_ids, {"state": "approved"}),
        ):
            with self.subTest(str(vals)), self.assertRaises(AccessError):
                record.with_user(self.user).write(vals)
        # the inverse of a related field must not be a back door
        with self.assertRaises(AccessError):
            self.acme_in.with_user(self.user).write({"role_ids": [Command.clear()]})
        with self.assertRaises(AccessError):
            self.acme.with_user(self.user).write({"pmm_enrollment_ids": [Command.clear()]})
        with self.assertRaises(AccessError):
            self.acme.with_user(self.user).write({"pmm_role_ids": [Command.clear()]})

    def test_other_company_is_out_of_sight(self):
        """DESIGN 3.5: no company sees another's, not even its administrators."""
        other = self.env["res.company"].create({"name": "Other"})
        stranger = self._user("abroad", "pmm_partner_kpi.group_pmm_admin")
        stranger.write({"company_ids": [Command.set(other.ids)], "company_id": other.id})
        self.acme.company_id = self.company
        for model in sorted(set(RIGHTS) - {"pmm.dirty"}):
            # KPIs and templates without company are everybody's
            own = [("company_id", "!=", False)] if "company_id" in self.env[model]._fields else []
            record = self.env[model].sudo().search(own, limit=1)
            with self.subTest(model):
                self.assertFalse(self.env[model].with_user(stranger).search([]) & record)
                with self.assertRaises(AccessError):
                    record.with_user(stranger).read(["display_name"])
        with self.assertRaises(AccessError):
            self.program.with_user(stranger).action_run()
