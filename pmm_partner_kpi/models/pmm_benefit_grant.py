import logging
from datetime import timedelta

from psycopg2 import OperationalError

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import split_every

from odoo.addons.base.models.ir_model import MODULE_UNINSTALL_FLAG

from ..queries.partner_values import lock_partners
from .pmm_enrollment_giving import WAITING

_logger = logging.getLogger(__name__)

BATCH = 1000


class PmmBenefitGrant(models.Model):
    """What a tier changed on a partner: what was there before, what is there now.

    Never edited by people. The value before survives a chain of tiers, so that it comes back
    when the last one ends.
    """

    _name = "pmm.benefit.grant"
    _description = "Granted Benefit"
    _order = "granted_on desc, id desc"

    _one_active = models.UniqueIndex(
        "(partner_id, kind, COALESCE(applied_company_id, 0)) WHERE ended_on IS NULL",
        "A partner has one benefit of a kind at a time.",
    )

    enrollment_id = fields.Many2one(
        "pmm.enrollment", string="Enrolment", required=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(
        related="enrollment_id.company_id", store=True, index=True, precompute=True
    )
    partner_id = fields.Many2one("res.partner", required=True, index=True, ondelete="restrict")
    kind = fields.Char(required=True)
    benefit_id = fields.Many2one("pmm.tier.benefit", index="btree_not_null", ondelete="set null")
    applied_company_id = fields.Many2one(
        "res.company",
        string="In company",
        ondelete="cascade",
        help="Where the partner has it; empty: in all companies.",
    )
    value_before = fields.Json()
    value_applied = fields.Json()
    kind_text = fields.Char(string="What", compute="_compute_texts")
    before_text = fields.Char(string="Before", compute="_compute_texts")
    applied_text = fields.Char(string="Given", compute="_compute_texts")
    granted_on = fields.Date(string="From", required=True)
    ended_on = fields.Date(string="Ended on")
    changed_by_hand = fields.Boolean(
        help="Somebody had changed the value meanwhile, so it was not given back."
    )

    @api.depends("kind", "value_before", "value_applied")
    @api.depends_context("lang")
    def _compute_texts(self):
        labels = dict(self.env["pmm.tier.benefit"]._fields["kind"]._description_selection(self.env))
        for grant in self:
            # the names of what was given say no more than the grant itself
            kind = grant.sudo()._kind()
            grant.kind_text = labels.get(grant.kind) or kind._title(self.env["pmm.tier.benefit"])
            grant.before_text = kind._format_value(grant.value_before)
            grant.applied_text = kind._format_value(grant.value_applied)

    @api.depends("kind", "value_applied", "value_before")
    @api.depends_context("lang")
    def _compute_display_name(self):
        for grant in self:
            grant.display_name = f"{grant.kind_text}: {grant.applied_text or '–'}"

    def _kind(self):
        self.ensure_one()
        return self.env[f"pmm.tier.benefit.kind.{self.kind}"]

    def _key(self):
        self.ensure_one()
        return self.partner_id, self.kind, self.applied_company_id

    # === SYNC === #

    @api.model
    def _sync(self, enrollments, without=None):
        """Bring what the partners of ``enrollments`` have in line with their tiers of today.

        All their enrolments in all programmes are looked at, those ``without`` excepted: where
        two give the same kind in the same company, the first programme wins.
        """
        if self.env.context.get(MODULE_UNINSTALL_FLAG):
            return
        # programmes of companies that the user does not see give as well, and are given to
        grants = self.sudo()
        enrollments = enrollments.with_env(grants.env)
        for ids in split_every(BATCH, enrollments.partner_id.ids):
            partners = grants.env["res.partner"].browse(ids)
            grants._sync_partners(partners, without or enrollments.browse())

    @api.model
    def _sync_waiting(self):
        """Look at the partners whose tiers changed in this transaction."""
        ids = self.env.cr.precommit.data.pop(WAITING, ())
        if not ids:
            return
        # what follows from a change does not depend on the rights of whoever made it
        enrollments = self.env["pmm.enrollment"].sudo()
        self._sync(enrollments.search([("partner_id", "in", list(ids))]))

    @api.model
    def _sync_partners(self, partners, without):
        running = self.env["pmm.enrollment"]._giving(partners) - without
        wanted = {}  # {(partner, kind, company): (enrollment, benefit, value)}
        companies = {}  # {(kind, value): companies}
        for enrollment in running:
            for kind, benefit, value in enrollment._given_today():
                if (kind, value) not in companies:
                    strategy = self.env[f"pmm.tier.benefit.kind.{kind}"]
                    companies[kind, value] = strategy._companies(value) or [self.env["res.company"]]
                for company in companies[kind, value]:
                    key = enrollment.partner_id, kind, company
                    wanted.setdefault(key, (enrollment, benefit, value))
        active = self.search([("partner_id", "in", partners.ids), ("ended_on", "=", False)])
        self._change(
            {grant._key(): grant for grant in active},
            {key: gift for key, gift in wanted.items() if gift[2] is not None},
        )
        running._tell_tier_changes(active)

    @api.model
    def _end_all(self, kind=None):
        """Give all partners back what they had before, of ``kind`` or of all kinds."""
        domain = [("ended_on", "=", False)] + ([("kind", "=", kind)] if kind else [])
        # given back whoever uninstalls, in all companies
        active = self.sudo().search(domain)
        active._change({grant._key(): grant for grant in active}, {})

    @api.model
    def _change(self, active, wanted):
        """End the grants ``active`` that are not ``wanted`` and make those that are missing.

        Both are keyed by (partner, kind, company). What is still ours is undone or carried on;
        what somebody changed by hand stays, or becomes the value that comes back one day.
        """
        changed = [
            key
            for key in active.keys() | wanted.keys()
            if key not in active or key not in wanted or not active[key]._is(*wanted[key])
        ]
        if not changed:
            return
        self.env.cr.execute(lock_partners({partner.id for partner, _kind, _company in changed}))
        now, back = self._read_present(changed)
        ended = self.browse()
        by_hand = self.browse()
        writes = {}  # {(kind, company, value): partners}
        vals_list = []
        for key in sorted(changed, key=lambda each: (each[0].id, each[1], each[2].id)):
            partner, kind, company = key
            grant = active.get(key, self.browse())
            ours = bool(grant) and now[key] == grant.value_applied
            ended |= grant
            if grant and not ours:
                by_hand |= grant
            before = grant.value_before if ours else back[key]
            if key in wanted:
                vals_list.append(self._prepare_vals(key, before, *wanted[key]))
                value = wanted[key][2]
            elif ours:
                value = before
            else:
                continue
            write_key = kind, company, value
            writes[write_key] = writes.get(write_key, partner.browse()) | partner
        ended._end(by_hand)
        # the level first: other addons compute from it what a benefit then says otherwise
        for (kind, company, value), partners in sorted(
            writes.items(), key=lambda item: item[0][0] != "grade"
        ):
            self.env[f"pmm.tier.benefit.kind.{kind}"]._write_value(company, partners, value)
        self.create(vals_list)

    @api.model
    def _read_present(self, keys):
        """Return ({key: value of the partner}, {key: value that an undo would write})."""
        groups = {}  # {(kind, company): partners}
        for partner, kind, company in keys:
            group = kind, company
            groups[group] = groups.get(group, partner.browse()) | partner
        now, back = {}, {}
        for (kind, company), partners in groups.items():
            strategy = self.env[f"pmm.tier.benefit.kind.{kind}"]
            values = strategy._read_values(company, partners)
            undo = strategy._to_give_back(company, partners, values)
            for partner in partners:
                now[partner, kind, company] = values[partner.id]
                back[partner, kind, company] = undo[partner.id]
        return now, back

    def _is(self, enrollment, benefit, value):
        return (self.enrollment_id, self.benefit_id, self.value_applied) == (
            enrollment,
            benefit,
            value,
        )

    @api.model
    def _prepare_vals(self, key, before, enrollment, benefit, value):
        partner, kind, company = key
        return {
            "enrollment_id": enrollment.id,
            "partner_id": partner.id,
            "kind": kind,
            "benefit_id": benefit.id,
            "applied_company_id": company.id,
            "value_before": before,
            "value_applied": value,
            "granted_on": enrollment.program_id._today(),
        }

    def _end(self, by_hand):
        """End these grants; tell of those ``by_hand`` why their value was not given back."""
        for program, grants in self.grouped(lambda g: g.enrollment_id.program_id).items():
            grants.ended_on = program._today()
        by_hand.changed_by_hand = True
        bodies = {}
        for enrollment, grants in by_hand.grouped("enrollment_id").items():
            bodies[enrollment.id] = self.env._(
                "Not taken back, because somebody changed it by hand meanwhile: %s.",
                ", ".join(sorted(set(grants.mapped("display_name")))),
            )
        by_hand.enrollment_id._message_log_batch(bodies)
        self.flush_recordset()

    def _in_own_company(self):
        """Return those of these grants that hold in the company of the programme."""
        return self.filtered(lambda g: g.applied_company_id in (g.company_id, g.company_id[:0]))

    # === CRON === #

    @api.model
    def _cron_sync(self, batch=500):
        """Look at those who take part or have something: tiers and enrolments begin and end.

        What goes wrong with some partners keeps no others from their tier.
        """
        cron = self.env["ir.cron"]
        Enrollment = self.env["pmm.enrollment"]
        # the day of a programme is at most one off that of Greenwich
        today, day = fields.Date.today(), timedelta(days=1)
        running = Domain("date_start", "<=", today + day) & (
            Domain("date_stop", "=", False) | Domain("date_stop", ">", today - day)
        )
        having = Domain("grant_ids", "any", [("ended_on", "=", False)])
        groups = Enrollment._read_group(running | having, ["partner_id"], ["id:recordset"])
        partners = list(split_every(batch, groups))
        cron._commit_progress(remaining=len(partners))
        for chunk in partners:
            enrollments = Enrollment.union(*[each for _partner, each in chunk]).exists()
            try:
                with self.env.cr.savepoint():
                    self._sync(enrollments)
            except OperationalError:
                raise  # somebody else was faster: the scheduler comes again
            except Exception:  # pylint: disable=broad-except
                partners_seen = enrollments.partner_id.ids
                _logger.exception("Benefits of partners %s were not renewed", partners_seen)
            if not cron._commit_progress(1):
                return
