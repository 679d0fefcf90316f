import logging
from datetime import datetime

import pytz

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.tools import html2plaintext

from ..engine import periods
from ..queries.planning import without_jit
from ..queries.program_days import day_without_rate
from ..queries.waiting import changed_by_the_day
from ..queries.windows import Stretch

_logger = logging.getLogger(__name__)


class PmmProgram(models.Model):
    """What a partner enrols in: periods, currency, KPIs, and the person in charge."""

    _name = "pmm.program"
    _inherit = ["mail.thread", "mail.activity.mixin"]
    _description = "Partner Programme"
    _order = "sequence, name, id"
    _check_company_auto = True

    _name_company_unique = models.Constraint(
        "UNIQUE(company_id, name)", "A programme of this company already has this name."
    )

    name = fields.Char(required=True, translate=False, tracking=True)
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    description = fields.Html(translate=True)
    company_id = fields.Many2one(
        "res.company",
        required=True,
        index=True,
        ondelete="restrict",
        default=lambda self: self.env.company,
    )
    currency_id = fields.Many2one(
        "res.currency",
        required=True,
        ondelete="restrict",
        compute="_compute_currency_id",
        store=True,
        readonly=False,
        precompute=True,
        tracking=True,
        help="Targets, results and rewards of the programme are in this currency.",
    )
    period_scheme = fields.Selection(
        [("month", "Months"), ("quarter", "Quarters"), ("year", "Years")],
        string="Periods",
        required=True,
        default="month",
        tracking=True,
    )
    date_start = fields.Date(
        string="Counts from",
        required=True,
        default=lambda self: fields.Date.context_today(self).replace(month=1, day=1),
        tracking=True,
        help="Nothing before this day counts for results or rewards.",
    )
    tz = fields.Selection(
        selection="_selection_tz",
        string="Time zone",
        required=True,
        default=lambda self: self.env.user.tz or "UTC",
        help="Decides on which day the programme is, wherever the reader sits.",
    )
    user_id = fields.Many2one(
        "res.users",
        string="Programme manager",
        default=lambda self: self.env.user,
        domain=[("share", "=", False)],
        ondelete="restrict",
        tracking=True,
    )
    kpi_ids = fields.Many2many("pmm.kpi.definition", string="KPIs", check_company=True)
    last_run_at = fields.Datetime(string="Last run", readonly=True, copy=False)
    period_ids = fields.One2many("pmm.period", "program_id", string="Period list")
    enrollment_ids = fields.One2many("pmm.enrollment", "program_id", string="Enrolments")
    enrollment_count = fields.Integer(string="Enrolled", compute="_compute_enrollment_count")

    @api.model
    def _selection_tz(self):
        return self.env["res.partner"]._fields["tz"]._description_selection(self.env)

    @api.depends("company_id")
    def _compute_currency_id(self):
        for program in self:
            program.currency_id = program.currency_id or program.company_id.currency_id

    def _compute_enrollment_count(self):
        # partners, not rows: one may have been in the pilot, or have left and come back
        counts = dict(
            self.env["pmm.enrollment"]._read_group(
                [("program_id", "in", self.ids)], ["program_id"], ["partner_id:count_distinct"]
            )
        )
        for program in self:
            program.enrollment_count = counts.get(program, 0)

    @api.constrains("period_scheme", "date_start", "company_id", "currency_id")
    def _check_frozen_once_closed(self):
        """Keep closed figures what they were: their frame may not move under them."""
        if frozen := self._with_fixed_figures():
            raise ValidationError(
                self.env._(
                    "“%(program)s” has figures that stay: its periods, start, company and currency"
                    " cannot change any more. Make a new programme instead.",
                    program=frozen[0].name,
                )
            )

    def _with_fixed_figures(self):
        """Return those of these programmes whose frame must not move; addons add theirs."""
        closed = self.env["pmm.period"].search(
            [("program_id", "in", self.ids), ("state", "=", "closed")]
        )
        return closed.program_id

    @api.ondelete(at_uninstall=False)
    def _unlink_except_enrolled(self):
        if self.enrollment_ids:
            raise UserError(
                self.env._("A programme with enrolments cannot be deleted; archive it instead.")
            )

    def write(self, vals):
        reframed = self.filtered(lambda program: program._changes_frame(vals))
        # periods go before the frame moves, so that a refusal names them as they were
        reframed._check_frozen_once_closed()
        reframed.period_ids.unlink()
        result = super().write(vals)
        reframed._ensure_periods()
        if {"currency_id", "company_id", "kpi_ids", "date_start", "period_scheme"} & vals.keys():
            self.enrollment_ids._mark_dirty()
        return result

    # === ACTIONS === #

    def action_run(self):
        """Bring credits, results and all that hangs on them up to date, now.

        Return a notification that tells what the run did; raise UserError with the remedy
        where something that the run needs is missing, before anything is written.
        """
        self.check_access("write")
        self.env["pmm.enrollment"].check_access("write")
        figures = self._run()
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "success",
                "title": self.env._("Programme is up to date"),
                "message": self._run_sentence(figures),
                "next": {"type": "ir.actions.client", "tag": "soft_reload"},
            },
        }

    def action_view_enrollments(self):
        """Return the action that lists the enrolments of this programme."""
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "pmm_partner_kpi.pmm_enrollment_action"
        )
        return action | {
            "domain": [("program_id", "in", self.ids)],
            "context": {"default_program_id": self.id},
        }

    def action_view_measurements(self):
        """Return the action that shows the results of this programme."""
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "pmm_partner_kpi.pmm_kpi_measurement_action"
        )
        return action | {
            "domain": [("program_id", "in", self.ids)],
            "context": {"search_default_current": 1},
        }

    # === THE RUN === #

    def _run(self):
        """Fill credits, measure all enrolments, and return {what: count} of what was added.

        What addons do for single enrolments they add to ``_calculate``, the rest after ``super()``.
        """
        self._lock_for_run()
        self._ensure_periods()
        figures = {"credits": self.env["pmm.credit"]._fill_dirty()}
        # only now the days to convert are known; a refusal rolls the credits back as well
        self._check_currency_rates()
        return figures | self._calculate(self.enrollment_ids)

    def _calculate(self, enrollments):
        """Measure these enrolments and all that hangs on it; return {what: count}, take marks.

        The programmes are locked and the credits filled. The addons above add their own stages
        after ``super()``.
        """
        measured, restated = self.env["pmm.kpi.measurement"]._measure_all(enrollments)
        self.env["pmm.dirty"]._take("measure", enrollments.ids)
        tiers = enrollments._evaluate_tiers()
        self.env["pmm.dirty"]._take("tier", enrollments.ids)
        return {"measurements": measured, "restatements": restated, "tiers": tiers}

    def _run_sentence(self, figures):
        sentence = self.env._(
            "New sales credits: %(credits)s. Results changed: %(measurements)s.",
            credits=figures["credits"],
            measurements=figures["measurements"],
        )
        if figures["tiers"]:
            sentence += " " + self.env._("Changes of tier: %s.", figures["tiers"])
        if figures["restatements"]:
            sentence += " " + self.env._(
                "Late changes in closed periods: %s.", figures["restatements"]
            )
        return sentence

    def _lock_for_run(self):
        """Let one run at a time work on a programme; say so to the second one."""
        if busy := self - self._try_lock_for_run():
            raise UserError(
                self.env._(
                    "“%(program)s” is being calculated right now. Try again in a minute.",
                    program=busy[0].name,
                )
            )

    def _try_lock_for_run(self):
        """Return those of these programmes that no other run works on, locked.

        The time of the run is written, so that a transaction which began before another run
        ended fails here and is tried again on what that run left, instead of missing it.
        """
        locked = self.try_lock_for_update(allow_referencing=True)
        # the run may be started by people who may not edit the programme
        locked.sudo().with_context(tracking_disable=True).last_run_at = fields.Datetime.now()
        locked.flush_recordset(["last_run_at"])
        return locked

    @api.model
    def _only_one(self):
        """Return the programme that a dialogue need not ask for: the only one there is."""
        programs = self.search([("company_id", "=", self.env.company.id)], limit=2)
        return programs if len(programs) == 1 else self.browse()

    def _today(self):
        """Return the day that it is now in the programme's time zone."""
        self.ensure_one()
        return fields.Date.context_today(self.with_context(tz=self.tz))

    def _midnight(self, day):
        """Return when ``day`` begins in the programme's time zone, as UTC."""
        self.ensure_one()
        local = pytz.timezone(self.tz).localize(datetime.combine(day, datetime.min.time()))
        return local.astimezone(pytz.utc).replace(tzinfo=None)

    def _ensure_periods(self, until=None):
        """Make the periods from the start to the one after today's, at least to ``until``.

        The next one is there to set its targets early, and for what comes late when all
        others are closed.
        """
        vals_list = []
        for program in self:
            scheme = program.period_scheme
            closed = program.period_ids.filtered(lambda period: period.state == "closed")
            latest = max([program._today(), program.date_start, *closed.mapped("date_stop")])
            next_start = periods.following(scheme, periods.floor(scheme, latest))
            last_day = max(next_start, until or next_start)
            known = set(program.period_ids.mapped("date_start"))
            vals_list += [
                {"program_id": program.id, "date_start": start, "date_stop": stop}
                for start, stop in periods.periods(
                    scheme, program.date_start, fields.Date.add(last_day, days=1)
                )
                if start not in known
            ]
        return self.env["pmm.period"].create(vals_list)

    def _changes_frame(self, vals):
        """Return whether ``vals`` give this programme other periods."""
        self.ensure_one()
        start = fields.Date.to_date(vals.get("date_start", self.date_start))
        scheme = vals.get("period_scheme", self.period_scheme)
        return (start, scheme) != (self.date_start, self.period_scheme)

    def _mark_what_the_day_changes(self):
        """Mark enrolments whose period has ended undecided, or whose period has begun."""
        self.env.flush_all()
        for program in self:
            rows = self.env.execute_query(changed_by_the_day(program, program._today()))
            self.env["pmm.enrollment"].browse(id_ for [id_] in rows)._mark_to_measure()
        self._mark_tiers_of_the_day()

    def _check_currency_rates(self):
        """Refuse to calculate where Odoo would silently fall back to another day's rate."""
        self.env.flush_all()
        for program in self.filtered(lambda p: p.currency_id != p.company_id.currency_id):
            rows = self.env.execute_query(day_without_rate(program, program._stretches()))
            if rows:
                raise UserError(
                    self.env._(
                        "There is no exchange rate from %(company_currency)s to %(currency)s on"
                        " or before %(day)s in %(company)s. Add it under Accounting ▸"
                        " Configuration ▸ Currencies, then run again.",
                        company_currency=program.company_id.currency_id.name,
                        currency=program.currency_id.name,
                        day=rows[0][0],
                        company=program.company_id.name,
                    )
                )

    def _stretches(self):
        """Return the stretches of time that results of this programme look at."""
        # whoever starts the run need not see all KPIs
        kpis = self.sudo().kpi_ids._with_depends()
        return {Stretch(), *kpis._stretches()}

    # === CRON === #

    @api.model
    def _cron_run(self, batch=500):
        """Work off what changed since the last run, in batches that survive a stop."""
        cron, Dirty = self.env["ir.cron"], self.env["pmm.dirty"]
        programs = self.search([("enrollment_ids", "!=", False)])
        programs._ensure_periods()
        programs.filtered("kpi_ids")._mark_what_the_day_changes()
        Credit = self.env["pmm.credit"]
        waiting = Dirty._count(Credit._queues())
        cron._commit_progress(remaining=waiting)
        while keys := Credit._fill_batch(batch):
            # others may have marked more meanwhile, so what is left is an estimate
            waiting = max(waiting - keys, 0)
            if not cron._commit_progress(keys, remaining=waiting):
                return
        self._cron_stage("measure", self.env["pmm.kpi.measurement"]._measure, batch)
        self._cron_stage("tier", lambda enrollments: enrollments._evaluate_tiers(), batch)

    @api.model
    def _cron_stage(self, queue, process, batch):
        """Call ``process`` with the enrolments marked in ``queue``, batch by batch.

        A programme that cannot be calculated, or that somebody is calculating, keeps its marks
        for the next time; the others go on.
        """
        cron, Dirty = self.env["ir.cron"], self.env["pmm.dirty"]
        ids = Dirty._peek(queue)
        enrollments = self.env["pmm.enrollment"].browse(ids).exists()
        Dirty._take(queue, set(ids) - set(enrollments.ids))
        jobs = [
            (program, members[start : start + batch])
            for program, members in enrollments.grouped("program_id").items()
            for start in range(0, len(members), batch)
        ]
        cron._commit_progress(remaining=len(jobs))
        for number, (program, members) in enumerate(jobs, 1):
            # first statement of its transaction, so that it sees all that runs before it left
            if program._try_lock_for_run():
                program._process_marked(queue, process, members)
            if not cron._commit_progress(1, remaining=len(jobs) - number):
                return

    def _process_marked(self, queue, process, members):
        """Process one batch of this programme and take its marks, or tell why it stands still."""
        self.ensure_one()
        try:
            with self.env.cr.savepoint():
                self.env.cr.execute(without_jit())
                self._check_currency_rates()
                process(members)
                self.env["pmm.dirty"]._take(queue, members.ids)
        except UserError as error:
            _logger.info("Programme %s was not calculated: %s", self.name, error)
            # once, not with every call of the schedule
            if str(error)[:60] not in html2plaintext(self.message_ids[:1].body or ""):
                self.message_post(body=str(error))
