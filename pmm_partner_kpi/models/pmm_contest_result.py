from odoo import api, fields, models
from odoo.exceptions import UserError


class PmmContestResult(models.Model):
    """Where an enrolment stands in a contest; written by the run, final when the contest is."""

    _name = "pmm.contest.result"
    _description = "Result of a Contest"
    _order = "contest_id, place, value desc, id"
    _rec_name = "partner_id"
    _log_access = False

    _one_each = models.Constraint(
        "UNIQUE(contest_id, enrollment_id)", "A partner has one result per contest."
    )

    contest_id = fields.Many2one("pmm.contest", required=True, readonly=True, ondelete="cascade")
    enrollment_id = fields.Many2one(
        "pmm.enrollment",
        string="Enrolment",
        required=True,
        readonly=True,
        index=True,
        ondelete="cascade",
    )
    partner_id = fields.Many2one(
        "res.partner", required=True, readonly=True, index=True, ondelete="restrict"
    )
    user_id = fields.Many2one(related="enrollment_id.user_id", string="Account manager")
    company_id = fields.Many2one(
        "res.company", required=True, readonly=True, index=True, ondelete="restrict"
    )
    state = fields.Selection(related="contest_id.state")
    place = fields.Integer(string="Place (number)", readonly=True, aggregator=None)
    place_text = fields.Char(
        string="Place",
        compute="_compute_texts",
        compute_sudo=True,
        help="Empty: less than is needed.",
    )
    value = fields.Float(digits=(20, 4), readonly=True, aggregator=None)
    has_second = fields.Boolean(readonly=True)
    second_value = fields.Float(digits=(20, 4), readonly=True, aggregator=None)
    value_text = fields.Char(string="Result", compute="_compute_texts", compute_sudo=True)
    second_text = fields.Char(string="Second KPI", compute="_compute_texts", compute_sudo=True)
    prize = fields.Char(compute="_compute_texts", compute_sudo=True)

    @api.depends("value", "second_value", "place")
    def _compute_texts(self):
        for result in self:
            contest = result.contest_id
            result.place_text = str(result.place) if result.place else ""
            result.value_text = result._format(contest.kpi_id, result.value)
            result.second_text = result.has_second and result._format(
                contest.second_kpi_id, result.second_value
            )
            # terms stay once the contest has started
            result.prize = contest[f"prize_{result.place}"] if 1 <= result.place <= 3 else False

    def _format(self, kpi, value):
        currency = kpi._currency(self.contest_id.program_id)
        return self.env["pmm.kpi.measurement"]._format_amount(value, currency, kpi.unit)

    def _winners(self):
        """Return those of these results that have a prize, in order."""
        return self.filtered("prize").sorted(lambda result: (result.place, result.id))

    def write(self, vals):  # pylint: disable=method-required-super  # it never gets there
        raise UserError(self._by_run_sentence())

    @api.ondelete(at_uninstall=False)
    def _unlink_except_running(self):
        if any(result.contest_id.state == "ended" for result in self):
            raise UserError(self._by_run_sentence())

    def _by_run_sentence(self):
        return self.env._("Results of contests are calculated; final ones never change.")
