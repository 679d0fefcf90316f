from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.fields import Domain


class PmmProgram(models.Model):
    """Who may join a programme, and how."""

    _inherit = "pmm.program"

    apply_mode = fields.Selection(
        [
            ("closed", "We enrol partners ourselves"),
            ("review", "Partners apply, we decide"),
            ("auto", "Partners apply and are enrolled"),
        ],
        string="Joining",
        required=True,
        default="closed",
        tracking=True,
    )
    entry_domain = fields.Char(
        string="Partners who may join",
        default="[]",
        tracking=True,
        help="Only these can be enrolled, by hand or by application. Who is enrolled already"
        " stays.",
    )
    entry_rule = fields.Char(
        string="Who may join",
        translate=True,
        help="The same in words, as partners read it, e.g. “Companies in the EU”.",
    )
    reapply = fields.Selection(
        [("after", "May apply again"), ("never", "May not apply again")],
        string="After a rejection",
        required=True,
        default="after",
        tracking=True,
    )
    reapply_days = fields.Integer(
        string="Days until then",
        tracking=True,
        help="Counted from the day of the rejection; 0: the partner may apply again at once.",
    )
    agreement_ids = fields.One2many("pmm.agreement", "program_id", string="Agreements")
    application_ids = fields.One2many(
        "pmm.application",
        "program_id",
        string="Applications",
        groups="pmm_partner_kpi.group_pmm_user",
    )
    application_count = fields.Integer(
        groups="pmm_partner_kpi.group_pmm_user",
        string="Applications waiting",
        compute="_compute_application_count",
    )

    _reapply_days_positive = models.Constraint(
        "CHECK(reapply_days >= 0)", "The days until a partner may apply again cannot be negative."
    )

    def _compute_application_count(self):
        counts = dict(
            self.env["pmm.application"]._read_group(
                [("program_id", "in", self.ids), ("state", "=", "submitted")],
                ["program_id"],
                ["__count"],
            )
        )
        for program in self:
            program.application_count = counts.get(program, 0)

    @api.constrains("entry_domain", "entry_rule")
    def _check_entry_rule(self):
        for program in self:
            if not program._entry_condition().is_true() and not program.entry_rule:
                raise ValidationError(
                    self.env._(
                        "Say in words who may join “%(program)s”, e.g. “Companies in the EU”:"
                        " whoever is refused reads it.",
                        program=program.name,
                    )
                )

    def _entry_condition(self):
        """Return the domain of the partners who may join."""
        self.ensure_one()
        return self.env["res.partner"]._pmm_condition(self.entry_domain)

    def _check_may_join(self, partners):
        """Raise ValidationError that names the first of ``partners`` whom the rule keeps out."""
        self.ensure_one()
        condition = self._entry_condition()
        if condition.is_true():
            return
        # the rule looks at partners whom this user may not all see
        Partner = self.env["res.partner"].sudo().with_context(active_test=False)
        allowed = Partner.search(condition & Domain("id", "in", partners.ids))
        if refused := partners - allowed:
            raise ValidationError(
                self.env._(
                    "%(partner)s cannot join “%(program)s”. It is for: %(rule)s.",
                    partner=refused[0].name,
                    program=self.name,
                    rule=(self.entry_rule or "").rstrip("."),
                )
            )

    def _first_open_day(self):
        """Return the first day that lies in no closed period."""
        self.ensure_one()
        closed = self.period_ids.filtered(lambda period: period.state == "closed")
        return max(closed.mapped("date_stop"), default=self.date_start)

    # === ACTIONS === #

    def action_view_applications(self):
        """Return the action that lists the applications of this programme."""
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "pmm_partner_kpi.pmm_application_action"
        )
        return action | {"domain": [("program_id", "in", self.ids)]}
