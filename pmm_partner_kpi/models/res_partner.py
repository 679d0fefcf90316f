import ast

from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.fields import Domain


class ResPartner(models.Model):
    _inherit = "res.partner"

    pmm_enrollment_ids = fields.One2many(
        "pmm.enrollment",
        "partner_id",
        string="Programme enrolments",
        groups="pmm_partner_kpi.group_pmm_user",
    )
    pmm_enrollment_count = fields.Integer(
        compute="_compute_pmm_enrollment_count", groups="pmm_partner_kpi.group_pmm_user"
    )
    pmm_role_ids = fields.One2many(
        "pmm.partner.role",
        "partner_id",
        string="Programme roles",
        groups="pmm_partner_kpi.group_pmm_user",
    )

    def _compute_pmm_enrollment_count(self):
        counts = dict(
            self.env["pmm.enrollment"]._read_group(
                [("partner_id", "in", self.commercial_partner_id.ids)],
                ["partner_id"],
                ["__count"],
            )
        )
        for partner in self:
            partner.pmm_enrollment_count = counts.get(partner.commercial_partner_id, 0)

    def write(self, vals):
        if not {"parent_id", "is_company"} & vals.keys():
            return super().write(vals)
        companies = {partner: partner.commercial_partner_id for partner in self}
        result = super().write(vals)
        moved = self.filtered(lambda partner: partner.commercial_partner_id != companies[partner])
        if moved:
            # a role was given in one company; whoever may move a person may end it
            roles = self.env["pmm.partner.role"].sudo()
            roles.search([("contact_id", "child_of", moved.ids)]).unlink()
        return result

    @api.model
    def _pmm_condition(self, text):
        """Return the domain on partners that ``text`` is; raise ValidationError if it is none."""
        try:
            domain = Domain(ast.literal_eval(text or "[]"))
            domain.validate(self)
        except (ValueError, SyntaxError, TypeError) as error:
            raise ValidationError(
                self.env._("The condition on partners cannot be read: %s", error)
            ) from error
        return domain

    @api.model
    def _check_pmm_referrer(self, referrer, buyer):
        """Raise ValidationError unless ``referrer`` is a partner company other than ``buyer``."""
        if referrer.commercial_partner_id == buyer:
            raise ValidationError(
                self.env._(
                    "%(partner)s cannot refer its own purchase. Leave “Referred by” empty.",
                    partner=buyer.display_name,
                )
            )
        if referrer != referrer.commercial_partner_id:
            raise ValidationError(
                self.env._(
                    "%(contact)s is a contact. Choose its company %(company)s as the referrer.",
                    contact=referrer.name,
                    company=referrer.commercial_partner_id.name,
                )
            )

    def action_view_pmm_measurements(self):
        """Return the action that shows the programme results of this partner company."""
        self.check_access("read")
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "pmm_partner_kpi.pmm_kpi_measurement_action"
        )
        return action | {
            "domain": [("partner_id", "in", self.commercial_partner_id.ids)],
            "context": {},
        }
