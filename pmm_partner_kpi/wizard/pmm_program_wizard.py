from datetime import date
from itertools import pairwise

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Command, Domain


class PmmProgramWizard(models.TransientModel):
    """Makes a working programme from a template: ladder, KPIs, enrolments, targets, results."""

    _name = "pmm.program.wizard"
    _description = "New Programme"

    template_id = fields.Many2one(
        "pmm.program.template",
        required=True,
        ondelete="cascade",
        default=lambda self: self.env["pmm.program.template"].search(
            [("company_id", "in", [False, self.env.company.id])], limit=1
        ),
        domain="[('company_id', 'in', [False, company_id])]",
    )
    summary = fields.Text(related="template_id.summary")
    name = fields.Char(
        required=True,
        compute="_compute_name",
        store=True,
        readonly=False,
        precompute=True,
    )
    company_id = fields.Many2one(
        "res.company", required=True, ondelete="cascade", default=lambda self: self.env.company
    )
    currency_id = fields.Many2one(
        "res.currency",
        required=True,
        ondelete="cascade",
        compute="_compute_currency_id",
        store=True,
        readonly=False,
        precompute=True,
        help="Thresholds, targets and results are in this currency.",
    )
    period_scheme = fields.Selection(
        selection="_selection_period_scheme",
        string="Periods",
        required=True,
        compute="_compute_period_scheme",
        store=True,
        readonly=False,
        precompute=True,
        help="Results and targets are per period.",
    )
    date_start = fields.Date(
        string="Counts from",
        required=True,
        default=lambda self: fields.Date.context_today(self).replace(month=1, day=1),
        help="Invoices from this day on count, those that are posted already included.",
    )
    tier_kpi_id = fields.Many2one(
        "pmm.kpi.definition",
        string="Tiers ask for",
        ondelete="cascade",
        compute="_compute_tier_kpi_id",
        store=True,
        readonly=False,
        precompute=True,
        domain="[('id', 'in', kpi_ids)]",
        help="The KPI that decides on the tier.",
    )
    kpi_ids = fields.Many2many("pmm.kpi.definition", compute="_compute_kpi_ids")
    kpi_line_ids = fields.One2many(
        "pmm.program.wizard.kpi",
        "wizard_id",
        string="KPIs",
        compute="_compute_kpi_line_ids",
        store=True,
        readonly=False,
    )
    tier_line_ids = fields.One2many(
        "pmm.program.wizard.tier",
        "wizard_id",
        string="Tier ladder",
        compute="_compute_tier_line_ids",
        store=True,
        readonly=False,
    )
    partner_ids = fields.Many2many(
        "res.partner",
        string="Partners",
        domain="[('parent_id', '=', False), ('partner_share', '=', True),"
        " ('company_id', 'in', [False, company_id])]",
        help="They take part from the first day that counts. More can be enrolled at any time.",
    )
    user_id = fields.Many2one(
        "res.users",
        string="Account manager",
        ondelete="cascade",
        default=lambda self: self.env.user,
        domain=[("share", "=", False)],
        help="Of the partners that have no salesperson of their own.",
    )

    @api.model
    def _selection_period_scheme(self):
        return self.env["pmm.program.template"]._selection_period_scheme()

    @api.depends("template_id", "company_id")
    def _compute_name(self):
        for wizard in self:
            wizard.name = wizard._free_name(wizard.template_id.name)

    @api.depends("company_id")
    def _compute_currency_id(self):
        for wizard in self:
            wizard.currency_id = wizard.company_id.currency_id

    @api.depends("template_id")
    def _compute_period_scheme(self):
        for wizard in self:
            wizard.period_scheme = wizard.template_id.period_scheme or "month"

    @api.depends("template_id")
    def _compute_tier_kpi_id(self):
        for wizard in self:
            wizard.tier_kpi_id = wizard.template_id._tier_kpi()

    @api.depends("kpi_line_ids.kpi_id")
    def _compute_kpi_ids(self):
        for wizard in self:
            wizard.kpi_ids = wizard.kpi_line_ids.kpi_id

    @api.depends("template_id")
    def _compute_kpi_line_ids(self):
        for wizard in self:
            wizard.kpi_line_ids = wizard.template_id._kpi_commands()

    @api.depends("template_id")
    def _compute_tier_line_ids(self):
        for wizard in self:
            wizard.tier_line_ids = wizard.template_id._tier_commands()

    def _free_name(self, name):
        """Return ``name``, numbered where a programme of the company has it already."""
        taken = set(self._named_programs(Domain("name", "=like", f"{name or ''}%")).mapped("name"))
        number = 2
        free = name
        while free in taken:
            free = f"{name} {number}"
            number += 1
        return free

    def _named_programs(self, domain):
        # archived ones keep their names
        Program = self.env["pmm.program"].with_context(active_test=False)
        return Program.search(domain & Domain("company_id", "=", self.company_id.id))

    # === ACTIONS === #

    def action_create_program(self):
        """Make the programme, all or nothing, and return the action that shows its results.

        Where no partner takes part yet it shows the programme. Raise UserError with the remedy
        where something is missing.
        """
        self.ensure_one()
        self.env["pmm.program"].check_access("create")
        self._check_input()
        program = self.env["pmm.program"].create(self._prepare_program_vals())
        enrollments = self._enroll(program)
        self._set_targets(program, enrollments)
        remarks = self._complete(program)
        figures = program._run()
        return self._show(program, enrollments, figures, remarks)

    def _show(self, program, enrollments, figures, remarks):
        """Return the notification of what was made and what is left, and then the results."""
        if enrollments:
            action = program.action_view_measurements()
            news = self.env._(
                "Enrolled partners: %(count)s. %(run)s",
                count=len(enrollments),
                run=program._run_sentence(figures),
            )
        else:
            action = program._get_records_action(target="current")
            news = self.env._(
                "Next: press “Enrolled” and enrol the partners, each with its tier and targets."
            )
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "warning" if remarks else "success",
                "title": self.env._("“%s” is ready", program.name),
                "message": " ".join([news, *remarks]),
                "sticky": bool(remarks),
                "next": action,
            },
        }

    # === MAKING === #

    def _check_input(self):
        """Raise UserError with the remedy where a programme cannot be made of this."""
        if self._named_programs(Domain("name", "=", self.name)):
            raise UserError(
                self.env._(
                    "%(company)s already has a programme “%(name)s” (it may be archived). Choose"
                    " another name.",
                    company=self.company_id.name,
                    name=self.name,
                )
            )
        self._check_kpis()
        self._check_tiers()

    def _check_kpis(self):
        lines = self.kpi_line_ids
        if not lines:
            raise UserError(self.env._("Choose at least one KPI: what partners are measured by."))
        for kpi, same in lines.grouped("kpi_id").items():
            if len(same) > 1:
                raise UserError(self.env._("“%s” stands twice among the KPIs.", kpi.name))
            if same.target < 0:
                raise UserError(
                    self.env._(
                        "The target for “%s” is negative. Enter 0 where there is none.", kpi.name
                    )
                )

    def _check_tiers(self):
        lines = self.tier_line_ids
        if any(lines.mapped("threshold")) and self.tier_kpi_id not in self.kpi_line_ids.kpi_id:
            raise UserError(
                self.env._("Choose under “Tiers ask for” which of the KPIs decides on the tier.")
            )
        if len(lines.grade_id) < len(lines):
            raise UserError(self.env._("A tier stands twice on the ladder. Remove one of them."))
        if lines and min(lines.mapped("threshold")) < 0:
            raise UserError(
                self.env._(
                    "A threshold is negative. Enter 0 for the tier that partners start with."
                )
            )
        for lower, higher in pairwise(self._ladder()):
            if lower.threshold == higher.threshold:
                raise UserError(
                    self.env._(
                        "“%(lower)s” and “%(higher)s” ask for the same. Each tier must ask for more"
                        " than the one below.",
                        lower=lower.grade_id.name,
                        higher=higher.grade_id.name,
                    )
                )

    def _ladder(self):
        """Return the tier lines, the lowest tier first."""
        return self.tier_line_ids.sorted("threshold")

    def _prepare_program_vals(self):
        template = self.template_id
        return {
            "name": self.name,
            "company_id": self.company_id.id,
            "currency_id": self.currency_id.id,
            "period_scheme": self.period_scheme,
            "date_start": self.date_start,
            "kpi_ids": [Command.set(self.kpi_line_ids.kpi_id.ids)],
            "tier_mode": template.tier_mode,
            "tier_window": template.tier_window,
            "tier_window_months": template.tier_window_months,
            "tier_ids": [
                Command.create(line._prepare_tier_vals(10 * number))
                for number, line in enumerate(self._ladder(), 1)
            ],
        }

    def _enroll(self, program):
        """Enrol the partners from the start, with the tier that asks for nothing."""
        entry = self._ladder()[:1].filtered(lambda line: not line.threshold)
        tiers = [
            Command.create(
                {
                    "grade_id": line.grade_id.id,
                    "date_start": program.date_start,
                    "cause": self.env._("Programme start"),
                    "origin": "manual",
                }
            )
            for line in entry
        ]
        return self._quietly("pmm.enrollment").create(
            [
                {
                    "program_id": program.id,
                    "partner_id": partner.id,
                    "date_start": program.date_start,
                    "user_id": (partner.user_id or self.user_id).id,
                    "tier_ids": tiers,
                    # where everybody begins is no news that is mailed
                    "told_grade_id": entry.grade_id.id,
                }
                for partner in self.partner_ids
            ]
        )

    def _set_targets(self, program, enrollments):
        """Give each partner the targets of this year's periods from the present one on."""
        today = program._today()
        year = max(today, program.date_start).year
        # all of them, so that partners see what the whole year asks for
        program._ensure_periods(until=date(year, 12, 31))
        periods = program.period_ids.filtered(
            lambda period: period.date_start.year == year and period.date_stop > today
        )
        return self._quietly("pmm.kpi.target").create(
            [
                {
                    "enrollment_id": enrollment.id,
                    "kpi_id": line.kpi_id.id,
                    "period_id": period.id,
                    "value": line.target,
                    # the same for all, so bulk changes may change it
                    "by_hand": False,
                }
                for line in self.kpi_line_ids.filtered("target")
                for period in periods
                for enrollment in enrollments
            ]
        )

    def _quietly(self, model):
        # many at once: nobody follows each of them, or reads that it was made
        return self.env[model].with_context(
            tracking_disable=True, mail_create_nosubscribe=True, mail_create_nolog=True
        )

    def _complete(self, program):
        """Add to the new ``program`` what addons have for it, before its first run.

        Return sentences about what is left to do.
        """
        return []
