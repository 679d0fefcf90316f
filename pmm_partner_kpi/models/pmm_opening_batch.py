from base64 import b64decode

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import format_date

from ..engine.opening_plan import plan


class PmmOpeningBatch(models.Model):
    """An import of opening balances and tiers from one file: checked, made and undone whole."""

    _name = "pmm.opening.batch"
    _inherit = ["mail.thread", "pmm.opening.judge"]
    _description = "Import of Opening Balances"
    _order = "id desc"
    _check_company_auto = True

    name = fields.Char(
        required=True, default=lambda self: self.env._("Opening balances"), tracking=True
    )
    program_id = fields.Many2one(
        "pmm.program",
        string="Programme",
        required=True,
        index=True,
        ondelete="restrict",
        default=lambda self: self.env["pmm.program"]._only_one(),
    )
    company_id = fields.Many2one(related="program_id.company_id", store=True, index=True)
    file = fields.Binary(copy=False, help="An Excel (.xlsx) or text file (.csv), see the template.")
    filename = fields.Char(copy=False)
    state = fields.Selection(
        [("draft", "Draft"), ("imported", "Imported"), ("undone", "Undone")],
        string="Status",
        required=True,
        default="draft",
        readonly=True,
        copy=False,
        tracking=True,
    )
    imported_by_id = fields.Many2one(
        "res.users", string="Imported by", readonly=True, copy=False, ondelete="restrict"
    )
    imported_at = fields.Datetime(string="Imported on", readonly=True, copy=False)
    problem_count = fields.Integer(readonly=True, copy=False)
    log = fields.Html(string="Result of the check", readonly=True, copy=False)
    balance_ids = fields.One2many("pmm.opening.balance", "batch_id", string="Opening balances")
    tier_ids = fields.One2many("pmm.enrollment.tier", "opening_batch_id", string="Tiers")
    balance_count = fields.Integer(compute="_compute_counts")
    tier_count = fields.Integer(compute="_compute_counts")
    template = fields.Binary(compute="_compute_template")

    def _compute_counts(self):
        for name, model, link in (
            ("balance_count", "pmm.opening.balance", "batch_id"),
            ("tier_count", "pmm.enrollment.tier", "opening_batch_id"),
        ):
            counts = dict(
                self.env[model]._read_group([(link, "in", self.ids)], [link], ["__count"])
            )
            for batch in self:
                batch[name] = counts.get(batch, 0)

    @api.depends_context("lang")
    def _compute_template(self):
        for batch in self:
            batch.template = self.env["pmm.opening.file"]._template(batch.program_id)

    @api.model_create_multi
    def create(self, vals_list):
        batches = super().create(vals_list)
        # looked at afterwards: values may come from the caller's context, too
        if not self.env.su and any(batch.state != "draft" for batch in batches):
            raise UserError(self._by_button_sentence())
        return batches

    def write(self, vals):
        if {"state", "imported_by_id", "imported_at"} & vals.keys() and not self.env.su:
            raise UserError(self._by_button_sentence())
        if {"file", "filename", "program_id"} & vals.keys():
            self._check_draft()
            vals = {**vals, "log": False}  # it told about another file
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_imported(self):
        if self.filtered(lambda batch: batch.state == "imported"):
            raise UserError(self.env._("Undo the import before you delete it."))

    def _by_button_sentence(self):
        return self.env._("Files are imported and taken back with the buttons.")

    def _check_draft(self):
        if done := self.filtered(lambda batch: batch.state != "draft"):
            raise UserError(self.env._("“%s” has been imported. Make a new import.", done[0].name))

    # === ACTIONS === #

    def action_template(self):
        """Return the download of an Excel file to fill in, with an example."""
        self.ensure_one()
        self.check_access("read")
        return {
            "type": "ir.actions.act_url",
            "target": "download",
            "url": f"/web/content/pmm.opening.batch/{self.id}/template/opening_balances.xlsx"
            "?download=true",
        }

    def action_check(self):
        """Read the file and show what an import would do, row by row; import nothing."""
        self.ensure_one()
        self.check_access("write")
        self._check_draft()
        items, problems = self._plan()
        self._note(items, problems)
        return True

    def action_import(self):
        """Import the file as a whole; where a row has a problem, show it and import nothing."""
        self.ensure_one()
        for model in (self._name, "pmm.opening.balance", "pmm.enrollment.tier"):
            self.env[model].check_access("create")
        self.check_access("write")
        # a second click waits here, and then finds it imported
        self.lock_for_update()
        self.invalidate_recordset(["state"])
        self._check_draft()
        items, problems = self._plan()
        self._note(items, problems)
        if problems or not items:
            return self._notification(
                "danger",
                self.env._("Nothing was imported. Problems in the file: %s.", len(problems))
                if problems
                else self.env._("Nothing was imported: the file has no rows."),
            )
        self._import(items)
        self._note(items, problems)  # what was made, no longer what would be
        return self._notification("success", self.env._("Rows imported: %s.", len(items)))

    def action_undo(self):
        """Take the import back as a whole; refused where something later hangs on it."""
        self.ensure_one()
        for model in ("pmm.opening.balance", "pmm.enrollment.tier"):
            self.env[model].check_access("unlink")
        self.check_access("write")
        if self.state != "imported":
            raise UserError(self.env._("“%s” is not imported.", self.name))
        self._check_undo()
        # rows of an import are not changed by hand
        whole = self.sudo()
        whole.tier_ids.unlink()
        whole.balance_ids.unlink()
        whole.state = "undone"
        return True

    def action_view_balances(self):
        """Return the action that lists the opening balances of this import."""
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "pmm_partner_kpi.pmm_opening_balance_action"
        )
        return action | {"domain": [("batch_id", "in", self.ids)], "context": {}}

    def _note(self, items, problems):
        """Keep the result of a check, to be read."""
        self.log = self._render_log(items, problems)
        # an empty file cannot be imported either
        self.problem_count = len(problems) or int(not items)

    def _notification(self, kind, message):
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": kind,
                "message": message,
                "next": {"type": "ir.actions.client", "tag": "soft_reload"},
            },
        }

    # === IMPORTING === #

    def _plan(self):
        """Return ([Item], [Problem]) of the file as it would be imported now."""
        if not self.file:
            raise UserError(self.env._("Choose the file first."))
        content = b64decode(self.with_context(bin_size=False).file)
        rows = self.env["pmm.opening.file"]._rows(content, self.filename)
        return plan(rows, self._facts(self.program_id))

    def _import(self, items):
        self.ensure_one()
        self.env["pmm.opening.balance"].create(
            [
                {
                    "enrollment_id": item.enrollment_id,
                    "kind": item.kind,
                    "kpi_id": item.kpi_id,
                    "date": item.day,
                    "value": float(item.value),
                    "batch_id": self.id,
                }
                for item in items
                if item.kind != "tier"
            ]
        )
        self.env["pmm.enrollment.tier"].create(
            [
                {
                    "enrollment_id": item.enrollment_id,
                    "grade_id": item.grade_id,
                    "date_start": item.day,
                    "date_stop": item.stop,
                    "valid_until": item.valid_until,
                    "origin": "imported",
                    "cause": self.name,
                    "opening_batch_id": self.id,
                }
                for item in items
                if item.kind == "tier"
            ]
        )
        # write() lets nobody set the state by hand
        self.sudo().write(
            {
                "state": "imported",
                "imported_by_id": self.env.uid,
                "imported_at": fields.Datetime.now(),
            }
        )

    def _check_undo(self):
        """Raise UserError where closed figures or later tiers hang on this import."""
        self.balance_ids._check_day_open()
        closed = self.program_id.period_ids.filtered(lambda period: period.state == "closed")
        last = max(closed.mapped("date_stop"), default=None)
        for tier in self.tier_ids:
            if last and tier.date_start < last:
                raise UserError(
                    self.env._(
                        "Figures up to %(day)s are closed with the imported tiers, so the import"
                        " stays.",
                        day=format_date(self.env, last),
                    )
                )
        enrollments = self.tier_ids.enrollment_id
        first = {e: min(t.date_start for t in e.tier_ids & self.tier_ids) for e in enrollments}
        later = (enrollments.tier_ids - self.tier_ids).filtered(
            lambda tier: (
                tier.create_date > self.imported_at and tier.date_start >= first[tier.enrollment_id]
            )
        )
        if later:
            raise UserError(
                self.env._(
                    "%(partner)s has got another tier since the import. Remove it first, or end"
                    " the imported tier instead.",
                    partner=later[0].enrollment_id.partner_id.name,
                )
            )
