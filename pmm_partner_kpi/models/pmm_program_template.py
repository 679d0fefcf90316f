from odoo import api, fields, models
from odoo.fields import Command


class PmmProgramTemplate(models.Model):
    """What a new programme starts from; proposals only, everything can be changed on the way."""

    _name = "pmm.program.template"
    _description = "Programme Template"
    _order = "sequence, id"

    name = fields.Char(required=True, translate=True, help="Proposed as name of the programme.")
    summary = fields.Text(translate=True, help="For whom it is and what it does, in two lines.")
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    company_id = fields.Many2one(
        "res.company",
        index=True,
        ondelete="cascade",
        help="Leave empty to offer the template in all companies.",
    )
    period_scheme = fields.Selection(
        selection="_selection_period_scheme", string="Periods", required=True, default="month"
    )
    tier_mode = fields.Selection(
        selection="_selection_tier_mode", string="Tiers change", required=True, default="proposed"
    )
    tier_window = fields.Selection(
        selection="_selection_tier_window", string="Counted over", required=True, default="fixed"
    )
    tier_window_months = fields.Integer(string="Months", default=12)
    tier_kpi_id = fields.Many2one(
        "pmm.kpi.definition",
        string="Tiers ask for",
        ondelete="set null",
        help="The KPI that the thresholds are compared with; empty: the first one.",
    )
    kpi_line_ids = fields.One2many(
        "pmm.program.template.kpi", "template_id", string="KPIs", copy=True
    )
    tier_line_ids = fields.One2many(
        "pmm.program.template.tier", "template_id", string="Tier ladder", copy=True
    )

    @api.model
    def _selection_period_scheme(self):
        return self._selection_of_program("period_scheme")

    @api.model
    def _selection_tier_mode(self):
        return self._selection_of_program("tier_mode")

    @api.model
    def _selection_tier_window(self):
        return self._selection_of_program("tier_window")

    @api.model
    def _selection_of_program(self, name):
        """Return the choices that programmes have, so that the two never differ."""
        return self.env["pmm.program"]._fields[name]._description_selection(self.env)

    def copy_data(self, default=None):
        """Tell the copy from its original by its name."""
        vals_list = super().copy_data(default)
        for template, vals in zip(self, vals_list, strict=True):
            if "name" not in (default or {}):
                vals["name"] = self.env._("%s (copy)", template.name)
        return vals_list

    def _tier_kpi(self):
        """Return the KPI that the thresholds ask for; none where it is archived."""
        kpi = self.tier_kpi_id or self.kpi_line_ids.kpi_id[:1]
        return kpi.filtered("active")

    def _kpi_commands(self):
        """Return the commands that fill the KPI lines of a wizard."""
        lines = self.kpi_line_ids.filtered("kpi_id.active")
        return [Command.clear(), *(Command.create(line._prepare_vals()) for line in lines)]

    def _tier_commands(self):
        """Return the commands that fill the tier lines of a wizard, the lowest tier first."""
        lines = self.tier_line_ids.filtered("grade_id.active")
        return [Command.clear(), *(Command.create(line._prepare_vals()) for line in lines)]

    # === ACTIONS === #

    def action_use(self):
        """Return the dialog that makes a programme from this template."""
        self.ensure_one()
        self.check_access("read")
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "pmm_partner_kpi.pmm_program_wizard_action"
        )
        return action | {"context": {"default_template_id": self.id}}
