from odoo import http
from odoo.http import request

from odoo.addons.pmm_partner_kpi.controllers.portal import PmmPortal


class PmmRewardsPortal(PmmPortal):
    """What a partner has earned, why, and the statements: for owners and finance only."""

    def _programme_tabs(self, roles):
        tabs = super()._programme_tabs(roles)
        if self._sees_money(roles):
            tabs += [
                self._programme_tab("rewards", request.env._("Rewards"), 20),
                self._programme_tab("statements", request.env._("Statements"), 30),
            ]
        return tabs

    def _sees_money(self, roles):
        # an employee may hold a role there, too, without any rights in PMM
        return super()._sees_money(roles) and request.env["pmm.reward.entry"].has_access("read")

    def _programme_overview_values(self, values):
        overview = super()._programme_overview_values(values)
        if not self._sees_money(values["roles"]):
            return overview
        own = [("partner_id", "=", values["company"].id)]
        statements = request.env["pmm.statement"].search(own, order="id desc", limit=3)
        return overview | {
            "reward_sums": request.env["pmm.reward.entry"]._sums_of(own),
            # names of periods and programmes
            "statements": statements.sudo(),
        }

    @http.route(
        ["/my/programme/rewards", "/my/programme/rewards/page/<int:page>"],
        type="http",
        auth="user",
        website=True,
        readonly=True,
    )
    def portal_programme_rewards(self, page=1, **_kwargs):
        """Show what the company has earned, entry by entry, and why it is that much."""
        values = self._programme_page_values("rewards")
        if not self._sees_money(values["roles"]):
            return request.redirect("/my/programme")
        own = [("partner_id", "=", values["company"].id)]
        entries, pager = self._programme_paged(
            "pmm.reward.entry", own, "/my/programme/rewards", page
        )
        # names of rules and periods, and the tier that a rule asks for
        values |= {"entries": entries.sudo(), "pager": pager}
        values["reward_sums"] = request.env["pmm.reward.entry"]._sums_of(own)
        return request.render("pmm_rewards.portal_programme_rewards", values)

    @http.route(
        ["/my/programme/statements", "/my/programme/statements/page/<int:page>"],
        type="http",
        auth="user",
        website=True,
        readonly=True,
    )
    def portal_programme_statements(self, page=1, **_kwargs):
        """Show the statements of the company, the newest first."""
        values = self._programme_page_values("statements")
        if not self._sees_money(values["roles"]):
            return request.redirect("/my/programme")
        statements, pager = self._programme_paged(
            "pmm.statement",
            [("partner_id", "=", values["company"].id)],
            "/my/programme/statements",
            page,
            order="id desc",
        )
        # names of periods and programmes
        values |= {"statements": statements.sudo(), "pager": pager}
        return request.render("pmm_rewards.portal_programme_statements", values)

    @http.route(
        "/my/programme/statements/<int:statement_id>",
        type="http",
        auth="user",
        website=True,
        readonly=True,
    )
    def portal_programme_statement(self, statement_id, **_kwargs):
        """Show one statement with its lines; what one may not see is as if it were not there."""
        values = self._programme_page_values("statements")
        if not self._sees_money(values["roles"]):
            return request.redirect("/my/programme")
        found = request.env["pmm.statement"].search(
            [("id", "=", statement_id), ("partner_id", "=", values["company"].id)]
        )
        if not found:
            return request.redirect("/my/programme")
        # names of rules and periods; the bill is linked for those who may read it
        statement = found.sudo()
        bill = statement.move_id.sudo(False)
        values |= {
            "statement": statement,
            "document_name": statement.name,
            "bill": bill if bill and bill.has_access("read") else None,
        }
        return request.render("pmm_rewards.portal_programme_statement", values)
