import logging

from psycopg2 import IntegrityError

from odoo import http
from odoo.exceptions import UserError
from odoo.http import request

from .portal_entry import PmmPortalEntry

_logger = logging.getLogger(__name__)


class PmmPortalAgreement(PmmPortalEntry):
    """The agreements of the company's programmes: read, download, accept."""

    def _programme_tabs(self, roles):
        tabs = super()._programme_tabs(roles)
        if request.env["pmm.agreement"]._in_force(self._programme_enrollments().program_id):
            tabs.append(self._programme_tab("agreement", request.env._("Agreement"), 70))
        return tabs

    def _programme_overview_values(self, values):
        overview = super()._programme_overview_values(values)
        missing = values["enrollments"].filtered("agreement_missing")
        return overview | {"agreement_missing": missing}

    @http.route("/my/programme/agreement", type="http", auth="user", website=True, readonly=True)
    def portal_programme_agreement(self, **_kwargs):
        """Show the agreements in force, and who accepted which version when."""
        return self._agreement_page()

    @http.route(
        "/my/programme/agreement/<int:enrollment_id>",
        type="http",
        auth="user",
        website=True,
        methods=["POST"],
    )
    def portal_programme_accept(self, enrollment_id, **post):
        """Accept the agreement in force for one enrolment of the own company."""
        enrollment = self._programme_enrollments().filtered(lambda e: e.id == enrollment_id)
        agreement = (
            request.env["pmm.agreement"]._in_force(enrollment.program_id).get(enrollment.program_id)
        )
        if not agreement or not self._may_accept():
            raise request.not_found()
        # the own company's, found above
        if agreement in enrollment.sudo().acceptance_ids.agreement_id:
            return request.redirect("/my/programme/agreement", code=303)
        try:
            with request.env.cr.savepoint():
                vals = self._signature(agreement, post) | {"enrollment_id": enrollment.id}
                # an owner accepts for the own company: checked above
                request.env["pmm.agreement.acceptance"].sudo().create(vals)
        except IntegrityError:
            _logger.info("Agreement %s was accepted by somebody else just now", agreement.id)
        except UserError as refusal:
            return self._agreement_page(error=str(refusal), refused=enrollment, post=post)
        return request.redirect("/my/programme/agreement", code=303)

    @http.route("/my/programme/agreement/<int:agreement_id>/file", type="http", auth="user")
    def portal_programme_agreement_file(self, agreement_id, **_kwargs):
        """Serve the PDF to people of companies that take part, or may apply, or have applied."""
        programs = (
            self._programme_enrollments().program_id
            | self._programmes_to_join()
            | self._own_applications().program_id
        )
        # partners have no rights on agreements: the programmes above decide
        agreement = (
            request.env["pmm.agreement"]
            .sudo()
            .search(
                [
                    ("id", "=", agreement_id),
                    ("program_id", "in", programs.ids),
                    ("state", "=", "published"),
                ]
            )
        )
        if not agreement.file:
            raise request.not_found()
        stream = request.env["ir.binary"]._get_stream_from(
            agreement, "file", filename=agreement.file_name or f"{agreement.name}.pdf"
        )
        return stream.get_response(as_attachment=True)

    def _may_accept(self):
        roles = request.env["pmm.partner.role"]._of_user()
        return "owner" in roles and request.env.user._is_portal()

    def _agreement_page(self, **more):
        values = self._programme_page_values("agreement")
        in_force = request.env["pmm.agreement"]._in_force(values["enrollments"].program_id)
        if not in_force:
            return request.redirect("/my/programme")
        values |= {"in_force": in_force, "may_accept": self._may_accept(), "post": {}, **more}
        return request.render("pmm_partner_kpi.portal_programme_agreement", values)
