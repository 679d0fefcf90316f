from odoo import api, models

from ..queries.counting_enrollments import counting_enrollments


class PmmEnrollment(models.Model):
    """Whom does a fact that is no sales credit concern?"""

    _inherit = "pmm.enrollment"

    @api.model
    def _mark_companies_to_measure(self, companies):
        """Note that the results of whoever counts for these partner companies may differ now."""
        if not companies:
            return
        # not everything: this may be called in the middle of a computation
        for model in ("pmm.enrollment", "pmm.enrollment.parent", "pmm.partner.group.member"):
            self.env[model].flush_model()
        rows = self.env.execute_query(counting_enrollments(companies.ids))
        # whoever makes the fact need know nothing of enrolments: these are only marks
        self.sudo().browse(id_ for [id_] in rows)._mark_to_measure()
