from odoo.fields import Command

from .common import PmmCommon
from .facts_common import FactsCommon


class AccessCommon(FactsCommon, PmmCommon):
    """A user of each group, and a record of each model for two partners."""

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
        for partner in (cls.acme, cls.bolt):
            shares = [Command.create({"partner_id": partner.id, "share": 50})]
            cls._invoice(cls.stranger, "2026-02-10", 1, pmm_split_ids=shares)
        for person in people:
            cls._visit(person, "2026-04-01")
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
        cls.env["pmm.leaderboard"].create(
            {"name": "Best", "program_id": cls.program.id, "kpi_id": cls.kpi.id}
        )
        cls.env["pmm.badge"].create(
            {"name": "Gold", "program_id": cls.program.id, "kind": "tier", "grade_id": cls.gold.id}
        )
        contest = {"name": "Sprint", "program_id": cls.program.id, "kpi_id": cls.kpi.id}
        contest |= {"date_start": "2026-02-01", "date_stop": "2026-05-01", "prize_1": "Cup"}
        cls.env["pmm.contest"].create(contest).action_start()
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
