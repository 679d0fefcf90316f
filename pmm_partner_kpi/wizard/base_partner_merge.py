from odoo import models
from odoo.exceptions import UserError
from odoo.fields import Domain

from ..models.pmm_attributed import CORRECTION


class BasePartnerMergeAutomaticWizard(models.TransientModel):
    _inherit = "base.partner.merge.automatic.wizard"

    def _update_foreign_keys(self, src_partners, dst_partner):
        """Keep what each partner had until today, and count both together from today on.

        Odoo deletes all rows of a table where one of them collides, so what may collide is
        sorted out before.
        """
        # whoever may merge contacts need not have rights in programmes
        env = self.sudo().env
        sources = [(source.id, source.name) for source in src_partners]
        self._pmm_check_mergeable(src_partners, dst_partner)
        day = env["pmm.enrollment"]._merge_day(src_partners | dst_partner)
        env["pmm.partner.role"]._merge_people(src_partners, dst_partner)
        env["pmm.application"]._merge_partners(src_partners, dst_partner)
        # what tiers gave to a partner that goes is taken back; the one that stays gets its own
        given = env["pmm.enrollment"].search([("partner_id", "in", src_partners.ids)])
        env["pmm.benefit.grant"]._sync(given, without=given)
        env["pmm.credit"]._allow_rekeying(True)
        self._pmm_merge_ledgers(src_partners, dst_partner, day)
        result = super()._update_foreign_keys(src_partners, dst_partner)
        env["pmm.credit"]._allow_rekeying(False)
        env.invalidate_all()
        self._pmm_after_merge(sources, dst_partner, day)
        return result

    def _pmm_check_mergeable(self, src_partners, dst_partner):
        """Refuse to make a partner company a contact of another one."""
        if dst_partner == dst_partner.commercial_partner_id:
            return
        # whoever merges need not see enrolments
        sudo = self.sudo().env
        for model in (
            "pmm.enrollment",
            "pmm.partner.group.member",
            "pmm.credit",
            "pmm.attribution",
            "pmm.territory",
        ):
            row = sudo[model].search([("partner_id", "in", src_partners.ids)], limit=1)
            if row:
                raise UserError(
                    self.env._(
                        "%(partner)s is known to the partner programmes as a company, %(contact)s"
                        " is a contact of %(company)s. Merge it into %(company)s instead.",
                        partner=row.partner_id.name,
                        contact=dst_partner.name,
                        company=dst_partner.commercial_partner_id.name,
                    )
                )

    def _pmm_merge_ledgers(self, src_partners, dst_partner, day):
        """Sort out credits, enrolments and group memberships, source by source."""
        # whoever may merge contacts need not have rights in programmes
        env = self.with_context(pmm_merge=True).sudo().env
        # what was sold until now is credited to whom it was sold to
        env["pmm.credit"]._fill_before_merge(src_partners | dst_partner)
        for source in src_partners:
            env["pmm.enrollment"]._prepare_merge(source, dst_partner, day)
            env["pmm.partner.group.member"]._merge_partner(source, dst_partner, day)
            env["pmm.segment.member"]._merge_partner(source, dst_partner, day)
            env["pmm.credit"]._rekey(source, dst_partner, day)
            env["pmm.attribution"]._merge_partner(source, dst_partner, day)
            # the next source meets the enrolments of this one as those of the partner
            env["pmm.enrollment"]._repoint(source, dst_partner)

    def _pmm_after_merge(self, sources, partner, day):
        """Mend what follows from two partners being one: loops, own referrals, marks."""
        # whoever may merge contacts need not have rights in programmes
        env = self.with_context(pmm_merge=True).sudo().env
        enrollments = env["pmm.enrollment"].search([("partner_id", "=", partner.id)])
        rows = env["pmm.enrollment.parent"].search(
            Domain("enrollment_id", "in", enrollments.ids)
            | Domain("parent_id", "in", enrollments.ids)
        )
        for _try in rows:
            if found := rows.exists()._find_loops():
                found[0][0]._end(day)
        # nobody refers its own purchase; what was posted before stays credited
        for model, domain in (
            ("sale.order", [("partner_id.commercial_partner_id", "=", partner.id)]),
            (
                "account.move",
                [("commercial_partner_id", "=", partner.id), ("state", "=", "draft")],
            ),
        ):
            own = env[model].search([("pmm_referrer_id", "=", partner.id), *domain])
            own.with_context(pmm_credits=CORRECTION).write({"pmm_referrer_id": False})
        if enrollments:
            enrollments._mark_dirty()
            enrollments._tiers_changed()
            # in the name of whoever merges
            enrollments.with_user(self.env.user).sudo()._log_merge(sources, day)
        members = env["pmm.partner.group.member"].search([("partner_id", "=", partner.id)])
        members._mark_dirty()
