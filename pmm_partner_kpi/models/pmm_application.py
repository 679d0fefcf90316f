from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.fields import Domain
from odoo.tools import format_date

# what is written when the application is decided, or signed on the portal
DECIDED = {
    *("state", "reason", "decided_by_id", "decided_at", "enrollment_id", "submitted_at"),
    *("program_id", "partner_id", "agreement_id", "signed_name", "signed_at", "signed_by_id"),
    *("signed_lang", "signed_digest"),
}


class PmmApplication(models.Model):
    """A partner company asks to join a programme."""

    _name = "pmm.application"
    _inherit = ["mail.thread", "mail.activity.mixin"]
    _description = "Application to a Programme"
    _order = "submitted_at desc, id desc"
    _check_company_auto = True

    _one_waiting = models.UniqueIndex(
        "(partner_id, program_id) WHERE state = 'submitted'",
        "An application of this partner for this programme is waiting already.",
    )

    program_id = fields.Many2one(
        "pmm.program",
        string="Programme",
        required=True,
        index=True,
        ondelete="restrict",
        domain=[("apply_mode", "!=", "closed")],
    )
    company_id = fields.Many2one(related="program_id.company_id", store=True, index=True)
    currency_id = fields.Many2one(related="program_id.currency_id")
    partner_id = fields.Many2one(
        "res.partner",
        required=True,
        index=True,
        ondelete="restrict",
        domain=[("parent_id", "=", False)],
        check_company=True,
    )
    contact_id = fields.Many2one(
        "res.partner", string="Applied by", index="btree_not_null", ondelete="restrict"
    )
    recipient_id = fields.Many2one(
        "res.partner", string="Mails go to", compute="_compute_recipient_id", compute_sudo=True
    )
    message = fields.Text(string="What they say")
    expected_revenue = fields.Monetary(
        string="Expected yearly revenue", help="As the partner sees it; 0 where it says nothing."
    )
    submitted_at = fields.Datetime(
        string="Applied on", required=True, readonly=True, default=fields.Datetime.now, copy=False
    )
    state = fields.Selection(
        [
            ("submitted", "Waiting"),
            ("accepted", "Accepted"),
            ("rejected", "Rejected"),
            ("withdrawn", "Withdrawn"),
        ],
        string="Status",
        required=True,
        readonly=True,
        default="submitted",
        copy=False,
        tracking=True,
    )
    reason = fields.Text(
        readonly=True,
        copy=False,
        tracking=True,
        help="Why it was decided so; the partner reads it.",
    )
    decided_by_id = fields.Many2one(
        "res.users", string="Decided by", readonly=True, copy=False, ondelete="restrict"
    )
    decided_at = fields.Datetime(string="Decided on", readonly=True, copy=False)
    enrollment_id = fields.Many2one(
        "pmm.enrollment", string="Enrolment", readonly=True, copy=False, ondelete="set null"
    )
    agreement_id = fields.Many2one("pmm.agreement", readonly=True, copy=False, ondelete="restrict")
    signed_name = fields.Char(string="Accepted by", readonly=True, copy=False)
    signed_at = fields.Datetime(string="Accepted on", readonly=True, copy=False)
    signed_by_id = fields.Many2one(
        "res.users", string="Accepted as", readonly=True, copy=False, ondelete="restrict"
    )
    signed_lang = fields.Char(string="Language", readonly=True, copy=False)
    signed_digest = fields.Char(string="Checksum of the text", readonly=True, copy=False)

    @api.depends("partner_id.name", "program_id.name")
    def _compute_display_name(self):
        for application in self:
            names = application.partner_id.name, application.program_id.name
            application.display_name = " – ".join(filter(None, names))

    @api.depends("contact_id", "partner_id")
    def _compute_recipient_id(self):
        for application in self:
            application.recipient_id = application.contact_id or application.partner_id

    @api.constrains("partner_id", "contact_id")
    def _check_people(self):
        for application in self:
            # the contact may be one that this user cannot read
            known = application.sudo()
            company, contact = known.partner_id.commercial_partner_id, known.contact_id
            if application.partner_id != company or (
                contact and contact.commercial_partner_id != company
            ):
                raise ValidationError(
                    self.env._(
                        "%(contact)s is not a person of %(company)s. A company applies, through"
                        " one of its people.",
                        contact=(contact or application.partner_id).name,
                        company=company.name,
                    )
                )

    @api.model_create_multi
    def create(self, vals_list):
        by_hand = DECIDED - {"program_id", "partner_id", "state"}
        if not self.env.su and any(
            vals.get("state", "submitted") != "submitted" or any(map(vals.get, by_hand))
            for vals in vals_list
        ):
            raise UserError(self._by_button_sentence())
        for vals in vals_list:
            # a sentence now, before the unique index says it
            self.new(vals)._check_admissible()
        applications = super().create(vals_list)
        for application in applications:
            application._arrive()
        return applications

    def write(self, vals):
        if DECIDED & vals.keys() and not self.env.su:
            raise UserError(self._by_button_sentence())
        return super().write(vals)

    def _by_button_sentence(self):
        return self.env._("Applications are decided with “Accept” and “Reject”.")

    # === MAY THEY APPLY? === #

    def _check_admissible(self):
        """Raise UserError that says why this application cannot be taken, and what to do."""
        self.ensure_one()
        self._check_mode()
        self._check_not_enrolled()
        self._check_not_waiting()
        self._check_not_too_soon()
        self.program_id._check_may_join(self.partner_id)

    def _check_mode(self):
        if self.program_id.apply_mode == "closed" or not self.program_id.active:
            raise ValidationError(
                self.env._(
                    "“%(program)s” takes no applications. Ask your contact in our company.",
                    program=self.program_id.name,
                )
            )
        if self.program_id.is_pilot:
            raise ValidationError(
                self.env._(
                    "“%(program)s” is a pilot and takes no applications. Let it go live first, or"
                    " enrol the partner yourself.",
                    program=self.program_id.name,
                )
            )

    def _check_not_enrolled(self):
        # enrolments in the care of others are in the way, too
        running = (
            self.env["pmm.enrollment"].sudo().search(self._same() & self._not_ended(), limit=1)
        )
        if running:
            raise ValidationError(
                self.env._(
                    "%(partner)s already takes part in “%(program)s” (from %(day)s).",
                    partner=self.partner_id.name,
                    program=self.program_id.name,
                    day=format_date(self.env, running.date_start),
                )
            )

    def _check_not_waiting(self):
        # applications handled by others are in the way, too
        if self.sudo().search_count(self._same() & Domain("state", "=", "submitted"), limit=1):
            raise ValidationError(
                self.env._(
                    "%(partner)s has applied for “%(program)s” already; the application waits"
                    " for our decision.",
                    partner=self.partner_id.name,
                    program=self.program_id.name,
                )
            )

    def _check_not_too_soon(self):
        rejected = self._last_rejected()
        if not rejected:
            return
        day = self._first_day_after(rejected)
        if not day:
            raise ValidationError(
                self.env._(
                    "The application of %(partner)s for “%(program)s” was rejected; it cannot be"
                    " made again. Ask your contact in our company.",
                    partner=self.partner_id.name,
                    program=self.program_id.name,
                )
            )
        if self.program_id._today() < day:
            raise ValidationError(
                self.env._(
                    "%(partner)s can apply for “%(program)s” again from %(day)s.",
                    partner=self.partner_id.name,
                    program=self.program_id.name,
                    day=format_date(self.env, day),
                )
            )

    def _last_rejected(self):
        # applications handled by others count, too
        return self.sudo().search(
            self._same() & Domain("state", "=", "rejected"), order="decided_at desc", limit=1
        )

    def _first_day_after(self, rejected):
        """Return the first day for a new application, None where there is none."""
        program = self.program_id
        if program.reapply == "never":
            return None
        local = fields.Datetime.context_timestamp(
            self.with_context(tz=program.tz), rejected.decided_at
        )
        return local.date() + timedelta(days=program.reapply_days)

    def _came_back(self):
        """Return whether the partner left for a reason, or so lately that we look at it first."""
        self.ensure_one()
        lately = self.program_id._today() - timedelta(days=self.program_id.reapply_days)
        # enrolments in the care of others count, too
        return bool(
            self.env["pmm.enrollment"]
            .sudo()
            .search_count(
                self._same()
                & (
                    Domain("leave_reason", "!=", False)
                    | (Domain("is_shadow", "=", False) & Domain("date_stop", ">", lately))
                ),
                limit=1,
            )
        )

    def _same(self):
        return Domain("program_id", "=", self.program_id.id) & Domain(
            "partner_id", "=", self.partner_id.id
        )

    def _not_ended(self):
        return Domain("date_stop", "=", False) | Domain("date_stop", ">", self.program_id._today())

    @api.model
    def _merge_partners(self, sources, partner):
        """Withdraw what would wait twice once ``sources`` are ``partner``."""
        waiting = self.search(
            [("partner_id", "in", (sources | partner).ids), ("state", "=", "submitted")]
        )
        for applications in waiting.grouped("program_id").values():
            own = applications.filtered(lambda each: each.partner_id == partner)
            twice = applications - (own or applications[-1:])
            # nobody is to be mailed of it
            twice.with_context(tracking_disable=True).write({"state": "withdrawn"})

    # === MAIL === #

    def _mail_get_partner_fields(self, introspect_fields=False):
        return ["contact_id", "partner_id"]

    def _send(self, template):
        """Send this mail to whoever applied, in their language, where an address is known."""
        self.ensure_one()
        # the address may be one that this user cannot read
        if self.recipient_id.sudo().email:
            # the partner's own steps send mails, too
            self.env.ref(f"pmm_partner_kpi.{template}").sudo().send_mail(self.id)
