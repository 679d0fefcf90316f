from odoo import http
from odoo.exceptions import AccessError, UserError
from odoo.http import request

from .portal import PmmPortal


class PmmPortalPeople(PmmPortal):
    """Owners give and take the roles of their own people."""

    def _programme_tabs(self, roles):
        tabs = super()._programme_tabs(roles)
        if "owner" in roles and request.env.user._is_portal():
            tabs.append(self._programme_tab("people", request.env._("People"), 60))
        return tabs

    @http.route("/my/programme/people", type="http", auth="user", website=True, readonly=True)
    def portal_programme_people(self, saved=None, **_kwargs):
        """Show the people of the company and their roles to its owners."""
        return self._people_page(saved=saved)

    @http.route(
        "/my/programme/people/<int:contact_id>",
        type="http",
        auth="user",
        website=True,
        methods=["POST"],
    )
    def portal_programme_set_roles(self, contact_id, **_post):
        """Let a person of the company have the ticked roles."""
        roles = request.httprequest.form.getlist("role")
        return self._try(request.env["pmm.partner.role"]._set_roles, contact_id, roles)

    @http.route(
        "/my/programme/people/add", type="http", auth="user", website=True, methods=["POST"]
    )
    def portal_programme_add_person(self, name="", email="", **_post):
        """Add a person to the company."""
        roles = request.httprequest.form.getlist("role")
        return self._try(
            request.env["pmm.partner.role"]._add_person,
            name[:200],
            email[:200],
            roles,
            post={"name": name, "email": email, "roles": roles},
        )

    def _try(self, change, *args, post=None):
        """Make the change and show the page again, with the refusal where there is one."""
        try:
            with request.env.cr.savepoint():
                change(*args)
        except AccessError:
            raise request.not_found() from None
        except UserError as refusal:
            return self._people_page(error=str(refusal), post=post or {})
        return request.redirect("/my/programme/people?saved=1", code=303)

    def _people_page(self, error=None, post=None, saved=None):
        Role = request.env["pmm.partner.role"]
        try:
            company = Role._company_of_owner()
        except AccessError:
            return request.redirect("/my/programme")
        # the owner's own company: checked just now
        roles = Role.sudo().search([("partner_id", "=", company.id)])
        values = self._programme_page_values("people") | {
            "people": Role._people_of(company),
            "roles_of": {
                person: set(own.mapped("role"))
                for person, own in roles.grouped("contact_id").items()
            },
            "labels": Role._fields["role"]._description_selection(request.env),
            "error": error,
            "saved": saved,
            "post": post or {},
        }
        return request.render("pmm_partner_kpi.portal_programme_people", values)
