import hashlib

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.fields import Domain
from odoo.tools import is_html_empty

# what partners accept: it stays once it is published
TEXT = {"program_id", "version", "name", "body", "file", "date_from", "required", "state"}


class PmmAgreement(models.Model):
    """A version of the terms that partners of a programme accept."""

    _name = "pmm.agreement"
    _description = "Programme Agreement"
    _order = "program_id, version desc"

    _one_version = models.Constraint(
        "UNIQUE(program_id, version)", "This programme already has an agreement of this version."
    )

    program_id = fields.Many2one(
        "pmm.program", string="Programme", required=True, index=True, ondelete="restrict"
    )
    company_id = fields.Many2one(related="program_id.company_id", store=True, index=True)
    version = fields.Integer(required=True, readonly=True, copy=False, default=0)
    name = fields.Char(
        string="Title",
        required=True,
        translate=True,
        default=lambda self: self.env._("Partner agreement"),
    )
    body = fields.Html(string="Text", translate=True)
    file = fields.Binary(string="PDF", attachment=True)
    file_name = fields.Char()
    date_from = fields.Date(
        string="In force from", required=True, default=fields.Date.context_today
    )
    required = fields.Boolean(
        default=True,
        help="Partners accept it when they apply, and are reminded until they have.",
    )
    state = fields.Selection(
        [("draft", "Draft"), ("published", "Published")],
        string="Status",
        required=True,
        readonly=True,
        default="draft",
        copy=False,
    )
    acceptance_ids = fields.One2many(
        "pmm.agreement.acceptance", "agreement_id", string="Acceptances"
    )
    acceptance_count = fields.Integer(string="Accepted", compute="_compute_counts")
    missing_count = fields.Integer(string="Not accepted", compute="_compute_counts")

    @api.depends("name", "version")
    def _compute_display_name(self):
        for agreement in self:
            agreement.display_name = self.env._(
                "%(title)s, version %(version)s", title=agreement.name, version=agreement.version
            )

    def _compute_counts(self):
        for agreement in self:
            agreement.acceptance_count = len(agreement.acceptance_ids)
            agreement.missing_count = self.env["pmm.enrollment"].search_count(
                agreement._missing_domain()
            )

    @api.constrains("file")
    def _check_file(self):
        for agreement in self:
            content = agreement.with_context(bin_size=False).file
            # “JVBERi0” is “%PDF-” in base64
            if content and not content.startswith(b"JVBERi0"):
                raise ValidationError(
                    self.env._("“%s” is no PDF file. Upload a PDF.", agreement.file_name)
                )

    @api.model_create_multi
    def create(self, vals_list):
        if any(vals.get("state", "draft") != "draft" for vals in vals_list) and not self.env.su:
            raise UserError(self.env._("An agreement is published with its button."))
        last = {}  # {programme id: highest version}
        numbered = []
        for vals in vals_list:
            program_id = vals.get("program_id")
            if program_id not in last:
                [row] = self._read_group([("program_id", "=", program_id)], [], ["version:max"])
                last[program_id] = row[0] or 0
            last[program_id] += 1
            numbered.append(vals | {"version": last[program_id]})
        return super().create(numbered)

    def write(self, vals):
        if TEXT & vals.keys():
            self._check_draft()
            if "state" in vals and not self.env.su:
                raise UserError(self.env._("An agreement is published with its button."))
        return super().write(vals)

    def _update_field_translations(self, field_name, translations, digest=None, source_lang=""):
        """Keep published texts what they are in every language, too."""
        if field_name in TEXT:
            self._check_draft()
        return super()._update_field_translations(field_name, translations, digest, source_lang)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_published(self):
        self._check_draft()

    def _check_draft(self):
        if published := self.filtered(lambda agreement: agreement.state == "published"):
            raise UserError(
                self.env._(
                    "“%(agreement)s” is published: its text stays. Make a new version instead.",
                    agreement=published[0].display_name,
                )
            )

    # === WHAT IS IN FORCE === #

    @api.model
    def _in_force(self, programs):
        """Return ``{programme: the agreement in force on its present day}``, if it has one."""
        # partners read agreements through the pages only
        published = self.sudo().search(
            [("program_id", "in", programs.ids), ("state", "=", "published")],
            order="program_id, date_from, version",
        )
        today = {program: program._today() for program in published.program_id}
        return {
            agreement.program_id: agreement
            for agreement in published
            if agreement.date_from <= today[agreement.program_id]
        }

    def _digest(self):
        """Return the checksum of what is read now: the text in this language, and the file."""
        self.ensure_one()
        text = hashlib.sha256((self.body or "").encode())
        # attachments of agreements are read by nobody directly
        attachment = (
            self.env["ir.attachment"]
            .sudo()
            .search(
                [
                    ("res_model", "=", self._name),
                    ("res_field", "=", "file"),
                    ("res_id", "=", self.id),
                ]
            )
        )
        return " ".join([text.hexdigest(), *attachment.mapped("checksum")])

    def _missing_domain(self):
        """Return the domain of the enrolments that take part and have not accepted it."""
        self.ensure_one()
        return (
            Domain("program_id", "=", self.program_id.id)
            & Domain("is_shadow", "=", False)
            & Domain("state", "in", ["running", "suspended"])
            & ~Domain("acceptance_ids.agreement_id", "=", self.id)
        )

    # === ACTIONS === #

    def action_publish(self):
        """Publish these agreements: from their day on partners are asked to accept them."""
        self.check_access("write")
        self._check_draft()
        for agreement in self:
            if is_html_empty(agreement.body) and not agreement.file:
                raise UserError(
                    self.env._("There is nothing to accept yet: write the text or add a PDF.")
                )
        # write() lets nobody publish by hand
        self.sudo().state = "published"

    def action_view_missing(self):
        """Return the action that lists the partners who have not accepted it."""
        self.ensure_one()
        self.check_access("read")
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "pmm_partner_kpi.pmm_enrollment_action"
        )
        return action | {"domain": list(self._missing_domain()), "context": {}}
