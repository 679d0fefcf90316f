from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.fields import Domain
from odoo.tools import format_date

from ..queries.opening_balances import opening_points


class PmmEnrollment(models.Model):
    """A partner company in a programme, from a day until a day; results and money hang here."""

    _name = "pmm.enrollment"
    _inherit = ["pmm.internal.thread", "mail.activity.mixin"]
    _description = "Enrolment"
    _order = "program_id, partner_id, date_start desc, id"
    _check_company_auto = True
    _rec_names_search = ("partner_id", "program_id")

    _start_before_stop = models.Constraint(
        "CHECK(date_stop IS NULL OR date_start < date_stop)",
        "An enrolment must end after it starts.",
    )
    # deferred: the check below speaks first, with a sentence
    _no_overlap = models.Constraint(
        "EXCLUDE USING gist (int4range(program_id, program_id, '[]') WITH &&,"
        " int4range(partner_id, partner_id, '[]') WITH &&,"
        " int4range(former_ref, former_ref, '[]') WITH &&,"
        " daterange(date_start, date_stop) WITH &&) DEFERRABLE INITIALLY DEFERRED",
        "This partner is already enrolled in this programme at that time.",
    )
    # every credit asks whether its partner is enrolled with its company
    _partner_company_idx = models.Index("(partner_id, company_id)")

    program_id = fields.Many2one(
        "pmm.program",
        string="Programme",
        required=True,
        index=True,
        ondelete="restrict",
        tracking=True,
    )
    company_id = fields.Many2one(related="program_id.company_id", store=True, index=True)
    currency_id = fields.Many2one(related="program_id.currency_id")
    partner_id = fields.Many2one(
        "res.partner",
        required=True,
        ondelete="restrict",
        domain=[("parent_id", "=", False)],
        check_company=True,
        tracking=True,
    )
    user_id = fields.Many2one(
        "res.users",
        string="Account manager",
        compute="_compute_user_id",
        store=True,
        readonly=False,
        precompute=True,
        index="btree_not_null",
        domain=[("share", "=", False)],
        ondelete="restrict",
        tracking=True,
    )
    date_start = fields.Date(
        string="From",
        required=True,
        default=fields.Date.context_today,
        tracking=True,
    )
    date_stop = fields.Date(
        string="Ends before",
        tracking=True,
        help="The first day on which the partner no longer takes part; empty while it does.",
    )
    tier_ids = fields.One2many("pmm.enrollment.tier", "enrollment_id", string="Tiers")
    grade_id = fields.Many2one(
        "res.partner.grade",
        string="Tier today",
        compute="_compute_grade_id",
        search="_search_grade_id",
    )
    target_ids = fields.One2many("pmm.kpi.target", "enrollment_id", string="Targets")
    measurement_ids = fields.One2many("pmm.kpi.measurement", "enrollment_id", string="Results")
    role_ids = fields.One2many(related="partner_id.pmm_role_ids", readonly=False)

    @api.depends("partner_id")
    def _compute_user_id(self):
        for enrollment in self:
            enrollment.user_id = enrollment.user_id or enrollment.partner_id.user_id

    @api.depends("partner_id.name", "program_id.name")
    def _compute_display_name(self):
        for enrollment in self:
            enrollment.display_name = f"{enrollment.partner_id.name} – {enrollment.program_id.name}"

    @api.depends("date_stop", "tier_ids.grade_id", "tier_ids.date_start", "tier_ids.date_stop")
    def _compute_grade_id(self):
        for enrollment in self:
            enrollment.grade_id = enrollment._tier_today().grade_id

    def _search_grade_id(self, operator, value):
        if operator == "any":
            return self._tier_domain(self.env["res.partner.grade"]._search(value))
        if operator != "in":
            return NotImplemented
        domain = self._tier_domain([grade for grade in value if grade])
        # "no tier" is asked for as well
        return domain | ~self._tier_domain(False) if False in value else domain

    def _tier_domain(self, grades):
        """Return the domain of the enrolments with one of ``grades`` (False: any) today."""
        wanted = Domain.TRUE if grades is False else Domain("grade_id", "in", grades)
        return self._today_domain(
            lambda day: (
                Domain("tier_ids", "any", self.env["pmm.dated"]._on(day) & wanted)
                & (Domain("date_stop", "=", False) | Domain("date_stop", ">", day))
            )
        )

    @api.constrains("partner_id")
    def _check_commercial_partner(self):
        for enrollment in self:
            partner = enrollment.partner_id
            if partner != partner.commercial_partner_id:
                raise ValidationError(
                    self.env._(
                        "%(contact)s is a contact of %(company)s. Enrol the company; its people"
                        " get their roles there.",
                        contact=partner.name,
                        company=partner.commercial_partner_id.name,
                    )
                )

    @api.constrains("partner_id", "program_id", "date_start", "date_stop")
    def _check_overlap(self):
        """Say which enrolment is in the way (the database refuses the rest)."""
        domain = [("program_id", "in", self.program_id.ids)]
        domain += [("partner_id", "in", self.partner_id.ids)]
        known = self.search(domain).grouped(lambda each: (each.program_id, each.partner_id))
        for enrollment in self:
            for other in known[enrollment.program_id, enrollment.partner_id] - enrollment:
                if enrollment._meets(other):
                    raise ValidationError(
                        self.env._(
                            "%(partner)s is already enrolled in “%(program)s” from %(day)s. End"
                            " that enrolment first, or choose dates that do not overlap.",
                            partner=enrollment.partner_id.name,
                            program=enrollment.program_id.name,
                            day=format_date(self.env, other.date_start),
                        )
                    )

    @api.model_create_multi
    def create(self, vals_list):
        enrollments = super().create(vals_list)
        enrollments._mark_dirty()
        return enrollments

    def write(self, vals):
        moved = self.browse()
        if {"partner_id", "program_id"} & vals.keys():
            moved = self.filtered("measurement_ids")
        if moved:
            raise ValidationError(
                self.env._(
                    "%(enrollment)s already has results: its partner and programme stay. End it"
                    " and make a new enrolment.",
                    enrollment=moved[0].display_name,
                )
            )
        partners_before = self.partner_id
        result = super().write(vals)
        if vals.get("date_stop"):
            ended = self.filtered(lambda each: each.date_stop <= each.program_id._today())
            self.env["pmm.tier.proposal"]._outdate(ended, foreign=True)
        if {"partner_id", "program_id", "date_start", "date_stop"} & vals.keys():
            self.env["pmm.dirty"]._mark("credit_partner", (partners_before - self.partner_id).ids)
            self._mark_dirty()
        return result

    @api.ondelete(at_uninstall=False)
    def _unlink_except_published(self):
        published = self.measurement_ids.filtered(lambda m: m.period_id.state == "closed")
        if published:
            raise UserError(
                self.env._(
                    "%(enrollment)s has results in closed periods and cannot be deleted. End it"
                    " instead.",
                    enrollment=published[0].enrollment_id.display_name,
                )
            )

    def unlink(self):
        partners = self.partner_id
        result = super().unlink()
        # who is enrolled nowhere any more is credited with nothing
        self.env["pmm.dirty"]._mark("credit_partner", partners.ids)
        return result

    @api.model
    def _points(self, windows):
        """Return a SELECT (enrollment_id, value) of the points gained in ``windows``.

        ``windows`` is a SELECT (enrollment_id, date_start, date_stop). Addons that keep points
        add theirs.
        """
        return opening_points(windows)

    def _mark_dirty(self):
        """Note that what these partners are credited with and have earned must be seen to."""
        self.env["pmm.dirty"]._mark("credit_partner", self.partner_id.ids)
        self._mark_to_measure()

    def _mark_to_measure(self):
        """Note that the results of these enrolments, and all that follows, may differ now."""
        self.env["pmm.dirty"]._mark("measure", self.ids)
        laddered = self.filtered(lambda enrollment: enrollment.program_id.tier_ids)
        self._mark_tiers(laddered.ids)

    def action_view_credits(self):
        """Return the action that lists the sales credits of this partner."""
        action = self.env["ir.actions.act_window"]._for_xml_id("pmm_partner_kpi.pmm_credit_action")
        return action | {
            "domain": [
                ("partner_id", "in", self.partner_id.ids),
                ("company_id", "in", self.company_id.ids),
            ]
        }

    def action_view_measurements(self):
        """Return the action that shows the results of this enrolment."""
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "pmm_partner_kpi.pmm_kpi_measurement_action"
        )
        return action | {"domain": [("enrollment_id", "in", self.ids)], "context": {}}
