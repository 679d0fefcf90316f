from odoo import api, models

from ..queries.partner_values import set_grade


class PmmTierBenefitKindGrade(models.AbstractModel):
    """The level on the partner's own form: the mirror of the tier in the leading programme.

    No benefit has this kind; every ladder gives it. It goes through the same grants, so that the
    level which a partner had before comes back when the enrolment ends.
    """

    _name = "pmm.tier.benefit.kind.grade"
    _inherit = ["pmm.tier.benefit.kind"]
    _description = "Kind of Tier Benefit: Level of the Partner"

    @api.model
    def _title(self, benefit):
        return self.env._("Level on the partner")

    @api.model
    def _read_values(self, company, partners):
        return {partner.id: partner.grade_id.id for partner in partners}

    @api.model
    def _write_value(self, company, partners, value):
        grade = self.env["res.partner.grade"].browse(value or ()).exists()
        partners.flush_recordset(["grade_id"])
        self.env.cr.execute(set_grade(partners.ids, grade.id, self.env.uid))
        partners.invalidate_recordset(["grade_id", "write_date", "write_uid"])
        # other addons keep what follows from the level
        partners.modified(["grade_id"])

    @api.model
    def _format_value(self, value):
        if not value:
            return ""
        return self.env["res.partner.grade"].browse(value).exists().name or self.env._("deleted")
