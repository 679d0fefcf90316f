from decimal import Decimal

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import float_repr, formatLang, split_every

from ..queries.entry_differences import append_entries

# enrolments that one statement rewards: it bounds the memory of a run
BATCH = 1000


class PmmRewardEntry(models.Model):
    """The ledger of what partners have earned: differences, never changed, never deleted.

    What is earned is a function of credits and terms per key (rule, enrolment, origin period
    and, for document rules, document). A run appends what the ledger lacks, so running twice
    adds nothing, and a refund appears as a negative difference that names its cause.
    """

    _name = "pmm.reward.entry"
    _inherit = ["pmm.append.only"]
    _description = "Reward Entry"
    _order = "date desc, id desc"
    _rec_name = "document_name"

    _one_revision = models.UniqueIndex(
        "(rule_id, enrollment_id, origin_period_id, COALESCE(document_id, 0), revision)",
        "This reward has just been booked by another run.",
    )
    _enrollment_idx = models.Index("(enrollment_id, date)")  # ledger of one partner
    _program_period_idx = models.Index("(program_id, period_id)")  # posting, statements

    rule_id = fields.Many2one("pmm.reward.rule", required=True, readonly=True, ondelete="restrict")
    plan_id = fields.Many2one(
        "pmm.reward.plan",
        required=True,
        readonly=True,
        index=True,
        ondelete="restrict",
    )
    program_id = fields.Many2one(
        "pmm.program", string="Programme", required=True, readonly=True, ondelete="restrict"
    )
    enrollment_id = fields.Many2one(
        "pmm.enrollment", string="Enrolment", required=True, readonly=True, ondelete="restrict"
    )
    is_shadow = fields.Boolean(related="enrollment_id.is_shadow")
    partner_id = fields.Many2one(
        "res.partner",
        required=True,
        readonly=True,
        index=True,
        ondelete="restrict",
    )
    company_id = fields.Many2one(
        "res.company", required=True, readonly=True, index=True, ondelete="restrict"
    )
    currency_id = fields.Many2one("res.currency", required=True, readonly=True, ondelete="restrict")
    origin_period_id = fields.Many2one(
        "pmm.period",
        string="Earned in",
        required=True,
        readonly=True,
        ondelete="restrict",
        help="The period whose business earned it.",
    )
    period_id = fields.Many2one(
        "pmm.period",
        string="Booked in",
        required=True,
        readonly=True,
        ondelete="restrict",
        help="The period that it is paid with: the oldest open one where its own was closed.",
    )
    date = fields.Date(required=True, readonly=True)
    kind = fields.Selection(
        [("accrual", "Reward"), ("adjustment", "Adjustment"), ("clawback", "Clawback")],
        required=True,
        readonly=True,
    )
    document_model = fields.Char(readonly=True)
    document_id = fields.Many2oneReference(
        string="Document id", model_field="document_model", readonly=True
    )
    document_name = fields.Char(string="For document", readonly=True)
    cause_model = fields.Char(readonly=True)
    cause_id = fields.Many2oneReference(string="Cause id", model_field="cause_model", readonly=True)
    cause_name = fields.Char(
        string="Because of",
        readonly=True,
        help="The document that came last before this difference was booked.",
    )
    basis_amount = fields.Monetary(
        string="Basis", readonly=True, help="How much the basis changed since the entry before."
    )
    amount = fields.Monetary(readonly=True)
    terms = fields.Json(readonly=True, help="The figures that the amount was computed with.")
    explanation = fields.Text(compute="_compute_explanation")
    revision = fields.Integer(required=True, readonly=True, aggregator=None)
    recorded_at = fields.Datetime(string="Recorded on", required=True, readonly=True)
    posting_ids = fields.One2many("pmm.reward.posting", "entry_id", string="Accrual")
    statement_line_ids = fields.One2many("pmm.statement.line", "entry_id", string="Statement lines")
    statement_id = fields.Many2one("pmm.statement", compute="_compute_state")
    state = fields.Selection(
        [
            ("accrued", "Accrued"),
            ("stated", "On statement"),
            ("billed", "Billed"),
            ("paid", "Paid"),
        ],
        string="Status",
        compute="_compute_state",
    )

    @api.depends("statement_line_ids.statement_id.state")
    def _compute_state(self):
        by_statement = {"issued": "stated", "billed": "billed", "paid": "paid"}
        for entry in self:
            statement = entry.statement_line_ids.statement_id
            entry.statement_id = statement
            entry.state = by_statement.get(statement.state, "accrued")

    @api.depends("terms")
    @api.depends_context("lang")
    def _compute_explanation(self):
        for entry in self:
            entry.explanation = "\n".join(entry._explain())

    @api.depends("rule_id.name", "document_name", "period_id.name")
    def _compute_display_name(self):
        for entry in self:
            entry.display_name = (
                f"{entry.rule_id.name} · {entry.document_name or entry.origin_period_id.name}"
            )

    # === EXPLAINING === #

    def _explain(self):
        """Return sentences that tell how this amount came about: terms, then the difference."""
        self.ensure_one()
        terms = self.terms or {}
        if terms.get("kind") == "none":
            sentences = [self.env._("Nothing is earned for this any more.")]
        else:
            sentences = self.env[f"pmm.reward.kind.{terms['kind']}"]._explain(self)
        grades = self.rule_id.with_context(active_test=False).grade_ids
        if grade := grades.filtered(lambda grade: grade.id == terms.get("grade_id")):
            sentences.append(self.env._("Tier: %s", grade.name))
        if Decimal(terms.get("before", "0")):
            sentences.append(
                self.env._(
                    "%(earned)s earned in all, %(before)s booked before, difference %(amount)s",
                    earned=self._format_amount(terms["earned"]),
                    before=self._format_amount(terms["before"]),
                    amount=self._format_amount(self.amount),
                )
            )
        return sentences

    def _format_amount(self, amount):
        """Return ``amount`` in the entry's currency, with all the decimals that it has."""
        currency = self.currency_id
        decimals = -Decimal(str(amount)).normalize().as_tuple().exponent
        if decimals <= currency.decimal_places:
            return formatLang(self.env, float(amount), currency_obj=currency)
        number = formatLang(self.env, float(amount), digits=decimals)
        before = currency.position == "before"
        return f"{currency.symbol} {number}" if before else f"{number} {currency.symbol}"

    def _format_rate(self, rate):
        percent = (Decimal(rate) * 100).normalize()
        digits = max(-percent.as_tuple().exponent, 0)
        return self.env._(
            "%s %%", formatLang(self.env, float(float_repr(float(percent), digits)), digits=digits)
        )

    @api.model
    def _sums_of(self, own):
        """Return what has been earned in ``own`` (a domain of entries and statements alike).

        A list, one dict per currency: currency, waiting (not billed yet), billed (and not
        paid), paid. Only what the reader may see is summed; nothing at all gives [].
        """
        earned = self._read_group(own, ["currency_id"], ["amount:sum"])
        stated = {
            (currency, state): amount
            for currency, state, amount in self.env["pmm.statement"]._read_group(
                own, ["currency_id", "state"], ["amount_total:sum"]
            )
        }
        sums = []
        for currency, total in earned:
            billed = stated.get((currency, "billed"), 0.0)
            paid = stated.get((currency, "paid"), 0.0)
            waiting = currency.round(total - billed - paid)
            sums.append({"currency": currency, "waiting": waiting, "billed": billed, "paid": paid})
        return sums

    # === ACTIONS === #

    def action_open_document(self):
        """Return the action that opens the document which this entry is for or caused by."""
        self.ensure_one()
        self.check_access("read")
        return {
            "type": "ir.actions.act_window",
            "res_model": self.document_model or self.cause_model,
            "res_id": self.document_id or self.cause_id,
            "views": [(False, "form")],
        }

    def action_view_credits(self):
        """Return the action that lists the sales credits which this reward is computed from."""
        self.ensure_one()
        self.check_access("read")
        action = self.env["ir.actions.act_window"]._for_xml_id("pmm_partner_kpi.pmm_credit_action")
        return action | {
            "display_name": self.display_name,
            "domain": list(self._credit_domain()),
            "context": {},
        }

    def _credit_domain(self):
        """Return the domain of the sales credits that the key of this entry looks at."""
        plan, enrollment, period = self.plan_id, self.enrollment_id, self.origin_period_id
        own = plan.returns_in == "own"
        date = "date" if own else "origin_date"
        domain = self.rule_id._credit_domain(self.program_id) & enrollment._counted_domain(
            "own",
            date,
            max(period.date_start, plan.date_start, self.program_id.date_start),
            min(period.date_stop, plan.date_stop or period.date_stop),
        )
        if self.document_id:
            document = "document_id" if own else "origin_document_id"
            domain &= Domain(document, "=", self.document_id)
        return domain

    # === ACCRUING === #

    @api.model
    def _accrue(self, enrollments):
        """Append what the ledger lacks for ``enrollments``; return the number of entries.

        One or two statements per rule and batch of enrolments.
        """
        self.env.flush_all()
        added = 0
        for program, members in enrollments.grouped("program_id").items():
            today = program._today()
            # a closed or archived plan has an end, but goes on following its documents
            plans = (
                self.env["pmm.reward.plan"]
                .with_context(active_test=False)
                .search([("program_id", "=", program.id), ("state", "!=", "draft")])
            )
            for ids in split_every(BATCH, members.ids, list):
                for rule in plans.rule_ids:
                    earned = rule._strategy()._earned(rule, ids)
                    added += len(self.env.execute_query(append_entries(rule, ids, earned, today)))
        self.invalidate_model()
        return added
