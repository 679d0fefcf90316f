from odoo import models

# the further one of two memberships is kept
STATES = ("invited", "joined", "ongoing", "completed")


class BasePartnerMergeAutomaticWizard(models.TransientModel):
    _inherit = "base.partner.merge.automatic.wizard"

    def _update_foreign_keys(self, src_partners, dst_partner):
        """Keep what was learned and passed, and have results counted again.

        Odoo deletes all memberships and lessons of a person where both have one.
        """
        # whoever may merge contacts need not see attempts or courses
        env = self.sudo().env
        day = env["pmm.enrollment"]._merge_day(src_partners | dst_partner)
        for source in src_partners:
            env["survey.user_input"]._pmm_become_former(source, day)
        self._pmm_merge_lessons(src_partners, dst_partner)
        result = super()._update_foreign_keys(src_partners, dst_partner)
        companies = dst_partner._pmm_attempt_companies() | dst_partner.commercial_partner_id
        self.env["pmm.enrollment"]._mark_companies_to_measure(companies)
        return result

    def _pmm_merge_lessons(self, src_partners, dst_partner):
        """Hand lessons, then memberships of courses to ``dst_partner``, each once."""
        # whoever may merge contacts need not see courses
        Lesson = self.env["slide.slide.partner"].sudo()
        known = {row.slide_id: row for row in Lesson.search([("partner_id", "=", dst_partner.id)])}
        for row in Lesson.search([("partner_id", "in", src_partners.ids)], order="id"):
            own = known.setdefault(row.slide_id, row)
            if own == row:
                row.partner_id = dst_partner
                continue
            vals = {
                "quiz_attempts_count": own.quiz_attempts_count + row.quiz_attempts_count,
                "vote": own.vote or row.vote,
            }
            if row.completed:
                vals["completed"] = True
            row.unlink()
            own.write(vals)
        # whoever may merge contacts need not see courses
        Member = self.env["slide.channel.partner"].sudo().with_context(active_test=False)
        known = {
            row.channel_id: row for row in Member.search([("partner_id", "=", dst_partner.id)])
        }
        for row in Member.search([("partner_id", "in", src_partners.ids)], order="id"):
            own = known.setdefault(row.channel_id, row)
            if own == row:
                row.partner_id = dst_partner
                continue
            own.write(
                {
                    "active": own.active or row.active,
                    "member_status": max(own.member_status, row.member_status, key=STATES.index),
                }
            )
            row.unlink()
            own._recompute_completion()
