from odoo import api, fields, models
from odoo.fields import Domain

DECIDES = {
    "end_datetime",
    "partner_id",
    "pmm_partner_id",
    "scoring_success",
    "state",
    "survey_id",
    "test_entry",
}


class SurveyUserInput(models.Model):
    _inherit = "survey.user_input"

    pmm_partner_id = fields.Many2one(
        "res.partner",
        string="Partner company",
        compute="_compute_pmm_partner_id",
        store=True,
        precompute=True,
        index="btree_not_null",
        ondelete="set null",
        help="The company of the person when the attempt was made; it counts for that one.",
    )

    pmm_former_ref = fields.Integer(
        string="Former partner number",
        readonly=True,
        copy=False,
        aggregator=None,
        help="The partner that the company was before it was merged into the present one.",
    )
    pmm_merged_on = fields.Date(
        string="Partner merged on",
        readonly=True,
        copy=False,
        help="Attempts before this day count for the former partner.",
    )

    # not on the person's company: who changes it takes no results along
    @api.depends("partner_id", "state")
    def _compute_pmm_partner_id(self):
        for attempt in self:
            attempt.pmm_partner_id = attempt.partner_id.commercial_partner_id

    @api.model_create_multi
    def create(self, vals_list):
        attempts = super().create(vals_list)
        self.env["pmm.enrollment"]._mark_companies_to_measure(attempts._pmm_companies())
        return attempts

    def write(self, vals):
        if not DECIDES & vals.keys():
            return super().write(vals)
        companies = self._pmm_companies()
        result = super().write(vals)
        companies |= self._pmm_companies()
        self.env["pmm.enrollment"]._mark_companies_to_measure(companies)
        return result

    def unlink(self):
        companies = self._pmm_companies()
        result = super().unlink()
        self.env["pmm.enrollment"]._mark_companies_to_measure(companies)
        return result

    def _compute_field_value(self, field):
        result = super()._compute_field_value(field)
        if field.name == "scoring_success":
            # the score of an attempt that is done already has changed
            self.env["pmm.enrollment"]._mark_companies_to_measure(self._pmm_companies())
        return result

    @api.model
    def _pmm_passed_domain(self, chosen):
        """Return the domain of the attempts that certify a person, of all people and days.

        ``chosen`` is a KPI or a requirement with the certifications that count; none means all.
        """
        domain = Domain(
            [
                ("state", "=", "done"),
                ("scoring_success", "=", True),
                ("test_entry", "=", False),
                ("end_datetime", "!=", False),
                ("partner_id", "!=", False),
                ("survey_id.certification", "=", True),
            ]
        )
        # a run may be started by people who see no surveys
        if surveys := chosen.sudo().certification_ids:
            domain &= Domain("survey_id", "in", surveys.ids)
        return domain

    @api.model
    def _pmm_become_former(self, source, day):
        """Note that what was passed for ``source`` before ``day`` was passed for that partner."""
        attempts = self.search([("pmm_partner_id", "=", source.id), ("end_datetime", "!=", False)])
        # what was made on the day of an earlier merge was made for this partner already
        attempts.filtered(
            lambda attempt: (
                not attempt.pmm_merged_on or attempt.end_datetime.date() >= attempt.pmm_merged_on
            )
        ).write({"pmm_former_ref": source.id, "pmm_merged_on": day})

    def _pmm_companies(self):
        """Return the partner companies of those of these attempts that are done."""
        # people answer without any right on attempts
        return self.sudo().filtered(lambda attempt: attempt.state == "done").pmm_partner_id
