from psycopg2 import IntegrityError

from odoo import http
from odoo.exceptions import UserError
from odoo.http import request

from .portal import PmmPortal


class PmmPortalEntry(PmmPortal):
    """Joining a programme: what is open, the form, and what became of the applications."""

    def _prepare_home_portal_values(self, counters):
        values = super()._prepare_home_portal_values(counters)
        # who takes part nowhere yet finds the way to what is open
        if values.get("pmm_enrollment_count") == 0:
            values["pmm_enrollment_count"] = len(self._programmes_to_join())
        return values

    def _programme_tabs(self, roles):
        tabs = super()._programme_tabs(roles)
        if self._programmes_to_join() or self._own_applications():
            title = request.env._("Programmes")
            tabs.append(self._programme_tab("join", title, 80))
        return tabs

    def _programme_page_values(self, page):
        values = super()._programme_page_values(page)
        return values | {"can_join": any(tab["page"] == "join" for tab in values["tabs"])}

    # === PAGES === #

    @http.route("/my/programme/join", type="http", auth="user", website=True, readonly=True)
    def portal_programme_join(self, applied=False, **_kwargs):
        """Show the programmes that are open, and the applications of the person's company."""
        values = self._programme_page_values("join")
        programs = self._programmes_to_join()
        values |= {
            "applied": applied,
            "programs": programs,
            "applications": self._own_applications(),
            "agreements": request.env["pmm.agreement"]._in_force(programs),
        }
        return request.render("pmm_partner_kpi.portal_programme_join", values)

    @http.route(
        "/my/programme/join/<int:program_id>",
        type="http",
        auth="user",
        website=True,
        methods=["GET", "POST"],
    )
    def portal_programme_apply(self, program_id, **post):
        """Show the form of one programme; take the application that is sent with it."""
        program = self._programmes_to_join().filtered(lambda program: program.id == program_id)
        if not program:
            raise request.not_found()
        error = None
        if request.httprequest.method == "POST":
            error = self._apply(program, post)
            if not error:
                return request.redirect("/my/programme/join?applied=1", code=303)
        values = self._programme_page_values("join") | {
            "document_name": program.name,
            "program": program,
            "agreement": request.env["pmm.agreement"]._in_force(program).get(program),
            "error": error,
            "post": post,
        }
        return request.render("pmm_partner_kpi.portal_programme_apply", values)

    @http.route(
        "/my/programme/join/<int:application_id>/withdraw",
        type="http",
        auth="user",
        website=True,
        methods=["POST"],
    )
    def portal_programme_withdraw(self, application_id, **_post):
        """Take an application back that still waits."""
        application = self._own_applications().filtered(lambda a: a.id == application_id)
        if not application:
            raise request.not_found()
        if application.state == "submitted":
            application._withdraw()
        return request.redirect("/my/programme/join", code=303)

    # === HELPERS === #

    def _may_apply(self):
        """Return whether the logged-in person may apply for the company.

        Owners may; where nobody has a role yet, anybody who has portal access.
        """
        user = request.env.user
        company = user.commercial_partner_id
        if not user._is_portal() or not (company.is_company or company == user.partner_id):
            return False
        # whether anybody has a role is no secret to the company's own people
        roles = request.env["pmm.partner.role"].sudo().search([("partner_id", "=", company.id)])
        own = roles.filtered(lambda role: role.contact_id == user.partner_id)
        return not roles or "owner" in own.mapped("role")

    def _programmes_to_join(self):
        """Return the programmes for which the person may apply, with more rights."""
        # what is open for application is open to whoever may apply
        Program = request.env["pmm.program"].sudo()
        if not self._may_apply():
            return Program
        user = request.env.user
        company = user.commercial_partner_id
        programs = Program.search(
            [
                ("apply_mode", "!=", "closed"),
                ("is_pilot", "=", False),
                ("company_id", "in", (user.company_ids | request.env.company).ids),
                *([("company_id", "=", company.company_id.id)] if company.company_id else []),
            ]
        )
        # where the company takes part, or waits, there is nothing to apply for
        enrollments = (
            request.env["pmm.enrollment"]
            .sudo()
            .search([("partner_id", "=", company.id), ("program_id", "in", programs.ids)])
        )
        taken = enrollments.filtered(lambda e: e._state_now() != "ended").program_id
        waiting = self._own_applications().filtered(lambda a: a.state == "submitted").program_id
        return programs - taken - waiting

    def _own_applications(self):
        """Return the applications of the company that the person may see, with more rights."""
        user = request.env.user
        # only those of the own company, and of these only one's own for who is no owner
        Application = request.env["pmm.application"].sudo()
        applications = Application.search([("partner_id", "=", user.commercial_partner_id.id)])
        if "owner" in request.env["pmm.partner.role"]._of_user():
            return applications
        return applications.filtered(lambda a: a.contact_id == user.partner_id)

    def _apply(self, program, post):
        """Make the application and return None, or return the sentence that refuses it."""
        try:
            with request.env.cr.savepoint():
                vals = self._application_vals(program, post)
                # the page lets nobody apply but who may
                request.env["pmm.application"].sudo().create(vals)
                request.env.flush_all()
        except IntegrityError:
            return request.env._("Somebody of your company has just applied, too.")
        except UserError as refusal:
            return str(refusal)
        return None

    def _application_vals(self, program, post):
        user = request.env.user
        vals = {
            "program_id": program.id,
            "partner_id": user.commercial_partner_id.id,
            "contact_id": user.partner_id.id,
            "message": (post.get("message") or "").strip()[:5000],
            "expected_revenue": self._amount(post.get("expected_revenue")),
        }
        agreement = request.env["pmm.agreement"]._in_force(program).get(program)
        if agreement and (agreement.required or post.get("agree")):
            signature = self._signature(agreement, post)
            vals |= {
                "agreement_id": agreement.id,
                "signed_name": signature["typed_name"],
                "signed_at": signature["accepted_at"],
                "signed_by_id": signature["user_id"],
                "signed_lang": signature["lang"],
                "signed_digest": signature["digest"],
            }
        return vals

    def _amount(self, text):
        """Return the number that somebody typed, 0 for nothing; raise UserError for no number."""
        digits = "".join((text or "").split()).replace("\u2019", "")
        if not digits:
            return 0
        lang = request.env["res.lang"]._get_data(code=request.env.lang or "en_US")
        digits = digits.replace(lang.thousands_sep or "", "").replace(lang.decimal_point, ".")
        try:
            amount = float(digits)
        except ValueError:
            amount = -1
        if not 0 <= amount < 1e15:
            raise UserError(request.env._("Enter the expected revenue as a number."))
        return amount

    def _signature(self, agreement, post):
        """Return what the person accepts; raise UserError where box, name or version lack."""
        name = (post.get("typed_name") or "").strip()[:200]
        if not post.get("agree") or not name:
            raise UserError(
                request.env._("Tick the box and type your name to accept the agreement.")
            )
        if post.get("agreement_id") != str(agreement.id):
            raise UserError(
                request.env._("The agreement has changed meanwhile. Please read it once more.")
            )
        return request.env["pmm.agreement.acceptance"]._vals_of(agreement, name)
