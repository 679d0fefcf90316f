from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import freeze_time, tagged

from .access_common import AccessCommon
from .access_rights import OPERATIONS, RIGHTS


@tagged("post_install", "-at_install")
@freeze_time("2026-04-15")
class TestAccess(AccessCommon):
    """X10, DESIGN 3.5, 6: who may read and change what."""

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
            ("pmm.leaderboard.rank", "partner_id"),
            ("pmm.contest.result", "partner_id"),
            ("pmm.badge.grant", "partner_id"),
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
