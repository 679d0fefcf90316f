from odoo import models


class ResPartner(models.Model):
    """Who takes part in a ladder gets the level from there; every other write is a proposal."""

    _inherit = "res.partner"

    def write(self, vals):
        if "grade_id" not in vals:
            return super().write(vals)
        leading = self._leading_enrollments()
        mirrored = set(leading.partner_id.ids)
        if not mirrored:
            return super().write(vals)
        grade = self.env["res.partner.grade"].browse(vals["grade_id"] or ())
        rest = {name: value for name, value in vals.items() if name != "grade_id"}
        others = self.filtered(lambda partner: partner.id not in mirrored)
        if others:
            # a copy: Odoo adds the pricelist of the level to it
            super(ResPartner, others).write(dict(vals))
        result = super(ResPartner, self - others).write(rest)
        leading._propose_grade(grade)
        return result

    def _leading_enrollments(self):
        """Return, in sudo, the enrolment per partner whose tier ``grade_id`` mirrors today."""
        # who edits a partner need not see its programmes
        Enrollment = self.env["pmm.enrollment"].sudo()
        leading = {}  # {partner: enrollment}
        for enrollment in Enrollment._giving(self):
            if enrollment.program_id.tier_ids:
                leading.setdefault(enrollment.partner_id, enrollment)
        return Enrollment.union(*leading.values())
