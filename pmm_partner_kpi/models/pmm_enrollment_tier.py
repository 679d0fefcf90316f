from itertools import pairwise

from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.tools import format_date

from ..engine import periods


class PmmEnrollmentTier(models.Model):
    """Which tier an enrolment has, from a day until a day. Money reads only this."""

    _name = "pmm.enrollment.tier"
    _inherit = ["pmm.dated"]
    _description = "Tier of an Enrolment"
    _order = "enrollment_id, date_start desc, id"

    _start_before_stop = models.Constraint(
        "CHECK(date_stop IS NULL OR date_start < date_stop)", "A tier must end after it starts."
    )
    # deferred: the check below speaks first, with a sentence
    _no_overlap = models.Constraint(
        "EXCLUDE USING gist (int4range(enrollment_id, enrollment_id, '[]') WITH &&,"
        " daterange(date_start, date_stop) WITH &&) DEFERRABLE INITIALLY DEFERRED",
        "An enrolment has one tier at a time.",
    )

    enrollment_id = fields.Many2one(
        "pmm.enrollment", string="Enrolment", required=True, index=True, ondelete="cascade"
    )
    program_id = fields.Many2one(related="enrollment_id.program_id")
    company_id = fields.Many2one(
        related="enrollment_id.company_id", store=True, index=True, precompute=True
    )
    grade_id = fields.Many2one(
        "res.partner.grade", string="Tier", required=True, index=True, ondelete="restrict"
    )
    date_stop = fields.Date(help="The first day without this tier; empty while it lasts.")
    cause = fields.Char(
        groups="base.group_user", help="Why the partner got this tier; a note for us."
    )
    origin = fields.Selection(
        [
            ("manual", "By hand"),
            ("automatic", "Automatic"),
            ("approved", "Approved"),
            ("imported", "Imported"),
        ],
        required=True,
        default="manual",
        readonly=True,
    )
    move_kind = fields.Selection(
        [("up", "Reached"), ("down", "Not requalified"), ("return", "Taken back")],
        readonly=True,
    )
    valid_until = fields.Date(
        string="Reviewed on",
        help="The day on which the tier is reviewed: requalified by then, or it ends after the"
        " grace days. Empty: no review.",
    )
    reached_on = fields.Date(
        readonly=True, help="The day on which its requirements were last met, or it was given."
    )
    # partners read the row: figures are for those of them who see results, notes are ours
    terms = fields.Json(
        readonly=True,
        groups="base.group_user",
        help="What was required and what there was, on that day.",
    )
    cause_text = fields.Char(string="Why", compute="_compute_cause_text", groups="base.group_user")
    warned_on = fields.Date(string="Warned on", readonly=True, copy=False, groups="base.group_user")

    @api.depends("cause", "move_kind", "terms")
    @api.depends_context("lang")
    def _compute_cause_text(self):
        for tier in self:
            reached = tier._terms_text() if tier.move_kind == "up" else ""
            said = [tier.cause, tier._move_text(), reached]
            tier.cause_text = ": ".join(filter(None, said))

    def _move_text(self):
        """Return why the tier was given, as partners may read it: no figures, nothing of ours."""
        everybody = self.env._("Open to every partner of the programme")
        sentences = {
            "up": self.env._("Requirements met") if self.terms else everybody,
            "down": self.env._("Not requalified"),
            "return": self.env._("What counted for it was returned or is gone"),
        }
        return sentences.get(self.move_kind, "")

    def _partner_text(self):
        """Return the same with the figures, for those of the partner who see results."""
        reached = self._terms_text() if self.move_kind == "up" else ""
        return ": ".join(filter(None, [self._move_text(), reached]))

    def _last_day(self):
        """Return the last day of this tier, False while it lasts."""
        self.ensure_one()
        return self.date_stop and periods.last_day(self.date_stop)

    def _kept_until(self):
        """Return the last day before the review, False where there is none."""
        self.ensure_one()
        return self.valid_until and periods.last_day(self.valid_until)

    def _terms_text(self):
        """Return by what the tier was reached: what there was, and what was required."""
        self.ensure_one()
        # the names of requirements are no secret to those who may read the tier
        Requirement = self.env["pmm.tier.requirement"].sudo()
        known = Requirement.browse(map(int, self.terms or ())).exists()
        said = []
        for key, term in (self.terms or {}).items():
            # tiers of earlier versions do not know it
            if not term.get("counts", True):
                continue
            requirement = known & Requirement.browse(int(key))
            title = requirement._title() if requirement else term["title"]
            if term["value"] is None or (requirement and requirement._is_yes_no()):
                said.append(title)
                continue
            value, required = (
                requirement._format_value(float(term[name])) for name in ("value", "required")
            )
            said.append(
                self.env._(
                    "%(what)s %(value)s (required %(required)s)",
                    what=title,
                    value=value,
                    required=required,
                )
            )
        return ", ".join(said)

    def _superseded(self):
        """Return the tiers that had to make way for a higher one, up to this tier."""
        self.ensure_one()
        row, found = self, self.browse()
        while row.move_kind in ("up", "return"):
            earlier = self.enrollment_id.tier_ids.filtered(
                lambda tier, start=row.date_start: tier.date_stop == start
            )
            # what a returned sale had given does not come back
            found |= earlier if row.move_kind == "up" else found[:0]
            row = earlier[:1]
        return found

    @api.model
    def _succeed(self, vals_list):
        """Let each of these new tiers follow what its enrolment has; grade False: none follows.

        A tier that would have begun on or after the new one's day never does.
        """
        by_enrollment = {vals["enrollment_id"]: vals for vals in vals_list}
        known = self.search([("enrollment_id", "in", list(by_enrollment))])
        later = known.filtered(
            lambda tier: tier.date_start >= by_enrollment[tier.enrollment_id.id]["date_start"]
        )
        later.unlink()
        ended = {}
        for tier in known - later:
            start = by_enrollment[tier.enrollment_id.id]["date_start"]
            if not tier.date_stop or tier.date_stop > start:
                ended.setdefault(start, self.browse())
                ended[start] |= tier
        for start, tiers in ended.items():
            tiers.write({"date_stop": start})
        return self.create([vals for vals in vals_list if vals["grade_id"]])

    @api.constrains("grade_id", "enrollment_id")
    def _check_grade_of_program(self):
        for tier in self:
            allowed = tier.enrollment_id.program_id.grade_ids
            if allowed and tier.grade_id not in allowed:
                raise ValidationError(
                    self.env._(
                        "“%(grade)s” is not a tier of “%(program)s”. Its tiers are %(allowed)s.",
                        grade=tier.grade_id.name,
                        program=tier.enrollment_id.program_id.name,
                        allowed=", ".join(allowed.mapped("name")),
                    )
                )

    @api.constrains("enrollment_id", "date_start", "date_stop")
    def _check_overlap(self):
        for enrollment, tiers in self.enrollment_id.tier_ids.grouped("enrollment_id").items():
            ordered = tiers.sorted("date_start")
            for earlier, later in pairwise(ordered):
                if not earlier.date_stop or earlier.date_stop > later.date_start:
                    raise ValidationError(
                        self.env._(
                            "%(enrollment)s would have two tiers on %(day)s. End “%(grade)s” on"
                            " that day first.",
                            enrollment=enrollment.display_name,
                            day=format_date(self.env, later.date_start),
                            grade=earlier.grade_id.name,
                        )
                    )

    @api.model_create_multi
    def create(self, vals_list):
        tiers = super().create(vals_list)
        tiers.enrollment_id._mark_to_measure()
        tiers.enrollment_id._tiers_changed()
        return tiers

    @api.model
    def _keep(self, kept):
        """Let tiers be reviewed later: ``kept`` is {tier: values}.

        Who has which tier stays as it is, so nothing is marked, and all go in one statement.
        """
        for tier, vals in kept.items():
            tier.write(vals | {"warned_on": False})

    def write(self, vals):
        enrollments = self.enrollment_id
        result = super().write(vals)
        # who has which tier when; the rest moves no money
        if {"enrollment_id", "grade_id", "date_start", "date_stop"} & vals.keys():
            enrollments |= self.enrollment_id
            enrollments._mark_to_measure()
            enrollments._tiers_changed()
        return result

    def unlink(self):
        enrollments = self.enrollment_id
        result = super().unlink()
        enrollments._mark_to_measure()
        enrollments._tiers_changed()
        return result
