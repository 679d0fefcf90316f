from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import format_date

from ..queries.partner_merge import repoint_enrollments


class PmmEnrollment(models.Model):
    """What becomes of enrolments when two partners are merged.

    History stays: an enrolment of the partner that goes keeps its results, rewards, targets and
    tiers, and ends on the day of the merge where the partner that stays has one of its own.
    """

    _inherit = "pmm.enrollment"

    former_ref = fields.Integer(
        string="Former partner number",
        required=True,
        readonly=True,
        default=0,
        copy=False,
        aggregator=None,
        help="The first partner that this enrolment was of, if that was merged into another.",
    )
    merged_on = fields.Date(
        readonly=True,
        copy=False,
        help="From this day on the enrolment counts what the present partner is credited with.",
    )
    former_ids = fields.One2many(
        "pmm.enrollment.former",
        "enrollment_id",
        string="Former partners",
        groups="pmm_partner_kpi.group_pmm_user,account.group_account_invoice",
    )

    def _meets(self, other):
        """Return whether both run on some day on which they are of the same partner."""
        self.ensure_one()
        start = max(self.date_start, other.date_start)
        if self.former_ref != other.former_ref:
            start = max(start, *filter(None, (self.merged_on, other.merged_on)))
        stops = [stop for stop in (self.date_stop, other.date_stop) if stop]
        return not stops or start < min(stops)

    def _with_history(self):
        """Return those of these enrolments that cannot go; addons add what hangs on them."""
        results = self.measurement_ids.filtered(lambda result: result.period_id.state == "closed")
        return results.enrollment_id

    @api.model
    def _merge_day(self, partners):
        """Return the day from which on ``partners`` are one, in all programmes."""
        programs = self.search([("partner_id", "in", partners.ids)]).program_id
        days = [program._today() for program in programs]
        return max(days, default=fields.Date.context_today(self))

    def _prepare_merge(self, source, partner, day):
        """Make room for the enrolments of ``source`` among those of ``partner`` from ``day`` on.

        Odoo points them to ``partner`` afterwards. Return {enrolment that ended: the one that
        goes on in its place}.
        """
        replaced = {}
        kept = self.search([("partner_id", "=", partner.id)])
        for enrollment in self.search([("partner_id", "=", source.id)], order="date_start, id"):
            stop = enrollment.date_stop
            siblings = kept.filtered(lambda other, e=enrollment: other.program_id == e.program_id)
            siblings = siblings.sorted("date_start")
            met = siblings.filtered(lambda other, e=enrollment: e._runs_beside(other, day))
            beside = met[:1]
            if beside:
                enrollment._check_mergeable(met)
                met._go_on_like(enrollment, siblings)
                stop = max(day, beside.date_start)
                if stop <= enrollment.date_start and not enrollment._with_history():
                    beside._take_over(enrollment, enrollment.date_start)
                    enrollment.unlink()
                    continue
                # where results or rewards hang on it, one day of it stays, without sales
                stop = max(stop, enrollment.date_start + timedelta(days=1))
                replaced[enrollment] = beside
            enrollment._become_former(source, day, stop if beside else None)
            if beside:
                beside._take_over(enrollment, stop)
            else:
                kept |= enrollment
        return replaced

    def _check_mergeable(self, others):
        """Raise UserError where none of ``others`` can go on in place of this enrolment."""
        self.ensure_one()
        names = {"program": self.program_id.name, "leaving": self.partner_id.name}
        for other in others:
            names["partner"] = other.partner_id.name
            if other.is_shadow != self.is_shadow:
                raise UserError(
                    self.env._(
                        "Of %(leaving)s and %(partner)s, one is in the pilot of “%(program)s” and"
                        " the other takes part in earnest. End one of the two enrolments, or let"
                        " the pilot go live, before you merge them.",
                        **names,
                    )
                )
            if other._state_now() == "suspended" and self._state_now() == "running":
                raise UserError(
                    self.env._(
                        "%(partner)s is suspended in “%(program)s”, while %(leaving)s takes part."
                        " Resume the one or suspend the other before you merge them.",
                        **names,
                    )
                )

    def _go_on_like(self, ended, siblings):
        """Let these enrolments run as long as ``ended`` would have, where no sibling follows."""
        for enrollment in self:
            stop, last = enrollment.date_stop, ended.date_stop
            if not stop or (last and last <= stop):
                continue
            following = siblings.filtered(lambda other, day=stop: other.date_start >= day)
            until = min(filter(None, (last, *following.mapped("date_start"))), default=False)
            if until != stop:
                # why it was to end goes with the end
                enrollment.write({"date_stop": until, "leave_reason": ended.leave_reason})

    def _runs_beside(self, other, day):
        """Return whether both would run on some day from ``day`` on."""
        start = max(self.date_start, other.date_start, day)
        return all(start < stop for stop in (self.date_stop, other.date_stop) if stop)

    def _become_former(self, source, day, stop):
        """Note that this enrolment was ``source``'s until ``day``; let it end on ``stop``."""
        self.ensure_one()
        if stop:
            self.with_context(tracking_disable=True).date_stop = stop
        if self.date_start >= day and not stop:
            return  # it begins after the merge, as one of the partner that stays
        until = max(day, stop) if stop and self.date_start >= day else day
        known = self.former_ids.filtered(lambda former: former.date_stop == until)
        if not known:
            # who merges contacts need not edit enrolments; the caller has the right
            self.env["pmm.enrollment.former"].create(
                {
                    "enrollment_id": self.id,
                    "former_ref": source.id,
                    "name": source.name,
                    "date_stop": until,
                }
            )
        self.with_context(tracking_disable=True).write(
            {"former_ref": self.former_ref or source.id, "merged_on": until}
        )

    def _take_over(self, ended, day):
        """Put who stood below ``ended`` below this enrolment, from ``day`` on."""
        self.ensure_one()
        rows = self.env["pmm.enrollment.parent"].search(
            Domain("parent_id", "=", ended.id)
            & (Domain("date_stop", "=", False) | Domain("date_stop", ">", day))
        )
        for row in rows:
            if row.enrollment_id == self:
                row._end(day)
            elif row.date_start >= day:
                row.parent_id = self
            else:
                rest = {"parent_id": self.id, "date_start": day, "date_stop": row.date_stop}
                row.date_stop = day
                row.copy(rest)

    def _log_merge(self, sources, day):
        """Tell in the chatter of these enrolments what was merged, when and by whom."""
        for enrollment in self:
            enrollment.message_post(
                body=self.env._(
                    "Merged on %(day)s by %(user)s: %(sources)s became %(partner)s. What was"
                    " earned before stays where it is; from that day on all sales count"
                    " together.",
                    day=format_date(self.env, day),
                    user=self.env.user.name,
                    sources=", ".join(f"{name} ({number})" for number, name in sources),
                    partner=enrollment.partner_id.name,
                )
            )

    @api.model
    def _repoint(self, source, partner):
        """Give the enrolments of ``source`` to ``partner``, which ``write`` refuses to users."""
        self.env.flush_all()
        self.env.cr.execute(repoint_enrollments(source, partner))
        self.env.invalidate_all()
