from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain


class PmmProgram(models.Model):
    """A programme that runs as a pilot: tried out with a few partners, then widened."""

    _inherit = "pmm.program"

    is_pilot = fields.Boolean(
        string="Pilot",
        copy=False,
        tracking=True,
        help="Partners who are enrolled now are calculated, but see nothing, are paid nothing and"
        " get no mails or benefits, until the programme goes live.",
    )
    shadow_count = fields.Integer(string="In the pilot", compute="_compute_shadow_count")

    def _compute_shadow_count(self):
        counts = dict(
            self.env["pmm.enrollment"]._read_group(
                [("program_id", "in", self.ids), ("is_shadow", "=", True)],
                ["program_id"],
                ["__count"],
            )
        )
        for program in self:
            program.shadow_count = counts.get(program, 0)

    def write(self, vals):
        if "is_pilot" in vals and not vals["is_pilot"]:
            self._check_no_pilot_runs()
        return super().write(vals)

    def _check_no_pilot_runs(self):
        """Raise UserError where partners would be left in the shadow."""
        for program in self.filtered("is_pilot"):
            if program._running_pilot().filtered(lambda enrollment: not enrollment.date_stop):
                raise UserError(
                    self.env._(
                        "“%s” has partners in its pilot. Press “Go live” to let them begin.",
                        program.name,
                    )
                )

    def _running_pilot(self):
        """Return the pilot enrolments of these programmes that have not ended."""
        return self.enrollment_ids.filtered(
            lambda enrollment: (
                enrollment.is_shadow
                and (
                    not enrollment.date_stop
                    or enrollment.date_stop > enrollment.program_id._today()
                )
            )
        )

    def action_go_live(self):
        """Return the dialogue that ends the pilot and lets partners begin in earnest."""
        self.ensure_one()
        self.check_access("write")
        if not self.is_pilot:
            raise UserError(self.env._("“%s” is not a pilot; it is live.", self.name))
        return self.env["ir.actions.act_window"]._for_xml_id(
            "pmm_partner_kpi.pmm_pilot_wizard_action"
        ) | {"context": {"default_program_id": self.id}}

    # === GOING LIVE === #

    def _go_live(self, day, chosen, partners):
        """End the pilot on ``day``; from then on ``chosen`` and ``partners`` are enrolled live.

        ``chosen`` are pilot enrolments: tier, account manager, targets from ``day`` on and where
        they stand go along. What was calculated before stays in the shadow and is never paid.
        Return the new enrolments.
        """
        self.ensure_one()
        self._lock_for_run()
        if not self.is_pilot:
            raise UserError(self.env._("“%s” is live already.", self.name))
        if day < self._today():
            raise UserError(
                self.env._("Choose today or a later day: what has been so far was the pilot.")
            )
        pilot = self._running_pilot()
        chosen &= pilot
        not_begun = pilot.filtered(lambda enrollment: enrollment.date_start >= day)
        if not_begun._with_results():
            raise UserError(
                self.env._("Choose a later day: on this one, pilot partners have results already.")
            )
        before = {enrollment: enrollment.date_stop for enrollment in pilot}
        # who decides now would decide on the pilot only
        self.env["pmm.tier.proposal"]._outdate(pilot - not_begun, foreign=True)
        (pilot - not_begun).filtered(
            lambda enrollment: not enrollment.date_stop or enrollment.date_stop > day
        ).date_stop = day
        (not_begun & chosen).is_shadow = False
        (not_begun - chosen).unlink()
        going = (chosen - not_begun).filtered(lambda e: not before[e] or before[e] > day)
        Enrollment = self.env["pmm.enrollment"]
        live = Enrollment.create(
            [
                {
                    "program_id": self.id,
                    "partner_id": enrollment.partner_id.id,
                    "user_id": enrollment.user_id.id,
                    "date_start": day,
                    "date_stop": before[enrollment],
                    "is_shadow": False,
                    "tier_lock_until": enrollment.tier_lock_until,
                    "tier_lock_reason": enrollment.tier_lock_reason,
                }
                for enrollment in going
            ]
        )
        self._carry_tiers(going, live, day)
        self._carry_targets(going, live, day)
        self._carry_checks(going, live, day)
        self._carry_openings(going, live)
        self._carry_uplines(going, live, day, pilot - going - not_begun)
        live |= not_begun & chosen
        live |= Enrollment.create(
            [
                {
                    "program_id": self.id,
                    "partner_id": partner.id,
                    "date_start": day,
                    "is_shadow": False,
                }
                for partner in partners - live.partner_id
            ]
        )
        self.is_pilot = False
        return live

    @api.model
    def _carry_tiers(self, going, live, day):
        """Let the tiers of ``going`` end on ``day`` and go on in ``live``, in the same order."""
        successor = dict(zip(going, live, strict=True))
        tiers = going.tier_ids.filtered(lambda tier: not tier.date_stop or tier.date_stop > day)
        vals_list = [
            tier.copy_data(
                {
                    "enrollment_id": successor[tier.enrollment_id].id,
                    "date_start": max(tier.date_start, day),
                    "origin": tier.origin,
                }
            )[0]
            for tier in tiers
        ]
        tiers.filtered(lambda tier: tier.date_start < day).date_stop = day
        tiers.filtered(lambda tier: tier.date_start >= day).unlink()
        return self.env["pmm.enrollment.tier"].create(vals_list)

    @api.model
    def _carry_targets(self, going, live, day):
        """Give ``live`` the targets of ``going`` in the open periods and grace from ``day`` on."""
        successor = dict(zip(going, live, strict=True))
        targets = going.target_ids.filtered(
            lambda target: target.period_id.state != "closed" and target.period_id.date_stop > day
        )
        # in grace days targets are fixed: these are not changed, they go along
        Target = self.env["pmm.kpi.target"].sudo().with_context(tracking_disable=True)
        return Target.create(
            [
                {
                    "enrollment_id": successor[target.enrollment_id].id,
                    "kpi_id": target.kpi_id.id,
                    "period_id": target.period_id.id,
                    "threshold": target.threshold,
                    "value": target.value,
                    "stretch": target.stretch,
                    "by_hand": target.by_hand,
                }
                for target in targets
            ]
        )

    @api.model
    def _carry_checks(self, going, live, day):
        """Let what we confirmed of ``going`` hold for ``live`` from ``day`` on."""
        successor = dict(zip(going, live, strict=True))
        checks = going.check_ids.filtered(
            lambda check: not check.date_stop or check.date_stop > day
        )
        return self.env["pmm.tier.check"].create(
            [
                check.copy_data(
                    {
                        "enrollment_id": successor[check.enrollment_id].id,
                        "date_start": max(check.date_start, day),
                    }
                )[0]
                for check in checks
            ]
        )

    @api.model
    def _carry_openings(self, going, live):
        """Give ``live`` what ``going`` brought along from before."""
        successor = dict(zip(going, live, strict=True))
        openings = self.env["pmm.opening.balance"].search([("enrollment_id", "in", going.ids)])
        vals_list = [
            opening.copy_data({"enrollment_id": successor[opening.enrollment_id].id})[0]
            for opening in openings
        ]
        # in periods that the pilot closed, too: no figure of theirs is of the new enrolments
        Opening = self.env["pmm.opening.balance"].sudo().with_context(pmm_go_live=True)
        return Opening.create(vals_list)

    @api.model
    def _carry_uplines(self, going, live, day, left):
        """Put ``live`` where ``going`` stood, above and below, from ``day`` on.

        ``left`` end with the pilot: nobody stands above or below them any more.
        """
        successor = dict(zip(going, live, strict=True))
        Parent = self.env["pmm.enrollment.parent"]
        rows = Parent.search(
            (Domain("enrollment_id", "in", going.ids) | Domain("parent_id", "in", going.ids))
            & (Domain("date_stop", "=", False) | Domain("date_stop", ">", day))
        )
        ending = rows.filtered(lambda row: (row.enrollment_id | row.parent_id) & left)
        later = (rows - ending).filtered(lambda row: row.date_start >= day)
        split = rows - ending - later
        ends = {
            row: {
                name: successor.get(row[name], row[name]).id
                for name in ("enrollment_id", "parent_id")
            }
            for row in later | split
        }
        vals_list = [row.copy_data(ends[row] | {"date_start": day})[0] for row in split]
        (ending | split)._end(day)
        for row in later:
            row.write(ends[row])
        return Parent.create(vals_list)
