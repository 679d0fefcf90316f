from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import format_date

from ..engine import periods

ADMIN = "pmm_partner_kpi.group_pmm_admin"


class PmmPeriod(models.Model):
    """A half-open stretch of a programme: ``date_stop`` is the first day after it."""

    _name = "pmm.period"
    _inherit = ["mail.thread"]
    _description = "Programme Period"
    _order = "date_start desc, program_id, id"
    _rec_name = "name"

    _start_before_stop = models.Constraint(
        "CHECK(date_start < date_stop)", "A period must end after it starts."
    )
    _no_overlap = models.Constraint(
        "EXCLUDE USING gist (int4range(program_id, program_id, '[]') WITH &&,"
        " daterange(date_start, date_stop) WITH &&) DEFERRABLE INITIALLY DEFERRED",
        "Periods of a programme must not overlap.",
    )

    name = fields.Char(compute="_compute_name", store=True)
    program_id = fields.Many2one(
        "pmm.program", string="Programme", required=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(related="program_id.company_id", store=True, index=True)
    date_start = fields.Date(string="From", required=True)
    date_stop = fields.Date(
        string="Ends before", required=True, help="The first day that is not part of it."
    )
    date_last = fields.Date(string="To", compute="_compute_date_last")
    state = fields.Selection(
        [("open", "Open"), ("grace", "Grace"), ("closed", "Closed")],
        string="Status",
        required=True,
        default="open",
        tracking=True,
        copy=False,
        help="Open: documents count, targets may change. Grace: the period is over, documents that"
        " come late still count, targets are fixed. Closed: locked for good, what comes later"
        " goes into the oldest period that is not closed.",
    )
    closed_at = fields.Datetime(string="Closed on", readonly=True, copy=False)
    closed_by_id = fields.Many2one(
        "res.users", string="Closed by", readonly=True, copy=False, ondelete="restrict"
    )

    @api.depends("date_start", "date_stop", "program_id.period_scheme")
    def _compute_name(self):
        for period in self:
            start = period.date_start
            if not start:
                period.name = False
            elif period.program_id.period_scheme == "year":
                period.name = str(start.year)
            elif period.program_id.period_scheme == "quarter":
                period.name = f"{start.year}-Q{(start.month + 2) // 3}"
            else:
                period.name = f"{start.year}-{start.month:02d}"

    @api.depends("date_stop")
    def _compute_date_last(self):
        for period in self:
            period.date_last = period.date_stop and periods.last_day(period.date_stop)

    @api.depends("name", "program_id.name")
    @api.depends_context("pmm_with_program")
    def _compute_display_name(self):
        for period in self:
            period.display_name = (
                f"{period.name} · {period.program_id.name}"
                if self.env.context.get("pmm_with_program")
                else period.name
            )

    def _period_of(self, day):
        """Return that of these periods (of one programme) which ``day`` lies in, or none."""
        return self.filtered(lambda period: period.date_start <= day < period.date_stop)

    def _title(self):
        """Return the period as people write it: “November 2026”, “Q4 2026”, “2026”."""
        self.ensure_one()
        scheme = self.program_id.period_scheme
        if scheme == "year":
            return self.name
        pattern = "LLLL y" if scheme == "month" else "QQQ y"
        title = format_date(self.env, self.date_start, date_format=pattern)
        return title[:1].upper() + title[1:]

    @api.ondelete(at_uninstall=False)
    def _unlink_except_used(self):
        if closed := self.filtered(lambda period: period.state == "closed"):
            raise UserError(
                self.env._("%(period)s is closed and cannot be removed.", period=closed[0].name)
            )
        target = self.env["pmm.kpi.target"].search([("period_id", "in", self.ids)], limit=1)
        if target:
            raise UserError(
                self.env._(
                    "%(period)s has targets. Remove them first.", period=target.period_id.name
                )
            )

    def action_close(self):
        """Close these periods for good, oldest first; raise UserError where that is too soon."""
        self.check_access("write")
        self._check_closable()
        for program, periods_ in self.grouped("program_id").items():
            program._run()
            # write() lets nobody set the state by hand
            periods_.sudo().write(
                {
                    "state": "closed",
                    "closed_at": fields.Datetime.now(),
                    "closed_by_id": self.env.uid,
                    "credits_until": self.env["pmm.credit"]._last_number(),
                }
            )
            program._ensure_periods()
        return True

    def _check_closable(self):
        for period in self:
            if period.state == "closed":
                raise UserError(
                    self.env._("%(period)s is closed already.", period=period.display_name)
                )
            if period.date_stop > period.program_id._today():
                raise UserError(
                    self.env._(
                        "%(period)s runs until %(day)s; close it after that day.",
                        period=period.display_name,
                        day=format_date(self.env, period.date_last),
                    )
                )
            earlier = self.search(
                [
                    ("program_id", "=", period.program_id.id),
                    ("date_start", "<", period.date_start),
                    ("state", "!=", "closed"),
                    ("id", "not in", self.ids),
                ],
                limit=1,
            )
            if earlier:
                raise UserError(
                    self.env._(
                        "Close %(earlier)s before %(period)s: periods close in order.",
                        earlier=earlier.display_name,
                        period=period.display_name,
                    )
                )

    @api.model_create_multi
    def create(self, vals_list):
        periods = super().create(vals_list)
        # the state may come from the caller's context, too
        if not self.env.su and any(period.state != "open" for period in periods):
            raise UserError(self._by_button_sentence())
        return periods

    def write(self, vals):
        # a closed period is fixed, and closing runs checks: only the button does it
        if {"state", "date_start", "date_stop", "program_id"} & vals.keys():
            self._check_not_closed()
            if not self.env.su:
                raise UserError(self._by_button_sentence())
        return super().write(vals)

    def _by_button_sentence(self):
        return self.env._(
            "Periods follow from the programme and are closed with their “Close” button."
        )

    def _check_targets_open(self):
        """Raise UserError where targets of these periods are fixed."""
        self._check_not_closed()
        late = self.filtered(lambda period: period.state == "grace")
        if late and not self.env.su and not self.env.user.has_group(ADMIN):
            raise UserError(
                self.env._(
                    "%(period)s is over and in its grace days: its targets are fixed. Ask an"
                    " administrator of partner programmes to change one.",
                    period=late[0].display_name,
                )
            )

    def _check_not_closed(self):
        """Raise UserError where one of these periods is closed."""
        if closed := self.filtered(lambda period: period.state == "closed"):
            raise UserError(
                self.env._(
                    "%(period)s is closed: its figures stay as they are. Enter it in an open"
                    " period.",
                    period=closed[0].display_name,
                )
            )
