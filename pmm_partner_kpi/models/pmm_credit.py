from functools import partial

from odoo import api, fields, models
from odoo.tools import split_every

from ..queries.counting_enrollments import counting_enrollments
from ..queries.credit_differences import append_differences, renew_statistics
from ..queries.credit_relation import credit_relation
from ..queries.credit_scope import (
    INVOICES,
    ORDERS,
    of_document_range,
    of_documents,
    of_partners,
)
from ..queries.no_sales import CREDITED_UNTIL, NO_SALES, is_new_no_sale
from ..queries.planning import without_jit

# where the nightly comparison goes on, per model of documents
SWEEP_FROM = {
    INVOICES: "pmm_partner_kpi.sweep_from",
    ORDERS: "pmm_partner_kpi.sweep_orders_from",
}
# stages never add up, so the list of a document opens with one of them
FIRST_STAGE = {INVOICES: "invoiced", ORDERS: "booked"}
# documents or partners that one statement looks at: it bounds the memory of a run
BATCH = 1000
# so many new credits change how PostgreSQL should look for them
MANY = 10000


class PmmCredit(models.Model):
    """Sales credit: this document line counts for this partner, in this role and stage.

    Append-only: a change of the document appends the difference, so what was true when
    money was paid can always be shown. Documents are named by number, not by foreign key:
    an invoice that is reset to draft may lose its lines, the credits keep their history.
    """

    _name = "pmm.credit"
    _inherit = ["pmm.append.only"]
    _description = "Sales Credit"
    _order = "date desc, id desc"
    _rec_name = "document_name"

    _one_revision = models.UniqueIndex(
        "(line_id, line_model, partner_id, role, stage, revision)",
        "This sales credit has just been recorded by another run.",
    )
    _partner_date_idx = models.Index("(partner_id, date)")  # measuring, list of a partner
    # what was withdrawn, of some partners: counts leave it out
    _corrected_idx = models.Index("(partner_id, company_id) WHERE reason <> 'new'")
    _document_idx = models.Index("(document_id, document_model)")  # filling, smart buttons

    line_model = fields.Char(required=True, readonly=True)
    line_id = fields.Many2oneReference(model_field="line_model", required=True, readonly=True)
    document_model = fields.Char(required=True, readonly=True)
    document_id = fields.Many2oneReference(
        string="Document id", model_field="document_model", required=True, readonly=True
    )
    document_name = fields.Char(string="Document", readonly=True)
    origin_document_id = fields.Integer(
        string="Original document",
        readonly=True,
        help="The invoice that a credit note reverses; else the document itself.",
    )
    partner_id = fields.Many2one(
        "res.partner", string="Credited partner", required=True, readonly=True, ondelete="restrict"
    )
    role = fields.Selection(
        [
            ("buyer", "Buyer"),
            ("referrer", "Referrer"),
            ("split", "Shared sale"),
            ("territory", "Territory"),
        ],
        required=True,
        readonly=True,
    )
    share = fields.Float(
        string="Share (%)",
        digits=(5, 2),
        required=True,
        readonly=True,
        aggregator=None,
        help="How much of the document line counts for this partner; 100 is all of it.",
    )
    stage = fields.Selection(
        [("booked", "Booked"), ("invoiced", "Invoiced"), ("collected", "Collected")],
        required=True,
        readonly=True,
        help="The same sale is credited once per stage: when the order is confirmed, when it is"
        " invoiced, and when the money comes in. Stages never add up together.",
    )
    company_id = fields.Many2one(
        "res.company", required=True, readonly=True, index=True, ondelete="restrict"
    )
    currency_id = fields.Many2one("res.currency", required=True, readonly=True, ondelete="restrict")
    date = fields.Date(required=True, readonly=True)
    origin_date = fields.Date(
        string="Original date",
        required=True,
        readonly=True,
        help="The date of the invoice that a credit note reverses; else the document's date.",
    )
    booked_at = fields.Datetime(
        string="Booked on", readonly=True, help="When the order was confirmed; else empty."
    )
    is_return = fields.Boolean(
        string="Return", required=True, readonly=True, help="The document is a credit note."
    )
    customer_id = fields.Many2one("res.partner", readonly=True, ondelete="restrict")
    product_id = fields.Many2one("product.product", readonly=True, ondelete="restrict")
    categ_id = fields.Many2one(
        "product.category", string="Product category", readonly=True, ondelete="restrict"
    )
    country_id = fields.Many2one("res.country", readonly=True, ondelete="restrict")
    state_id = fields.Many2one("res.country.state", readonly=True, ondelete="restrict")
    user_id = fields.Many2one("res.users", string="Salesperson", readonly=True, ondelete="restrict")
    team_id = fields.Many2one("crm.team", string="Sales team", readonly=True, ondelete="restrict")
    quantity = fields.Float(digits=(20, 6), readonly=True)
    amount = fields.Monetary(
        readonly=True, help="Untaxed, in company currency, at the rate of the booking."
    )
    has_cost = fields.Boolean(
        string="Cost known",
        required=True,
        readonly=True,
        help="No cost is no data; it does not mean that all of the amount is margin.",
    )
    cost = fields.Monetary(
        readonly=True,
        groups="pmm_partner_kpi.group_pmm_manager",
        help="What this quantity has cost, as it was known when the document was posted.",
    )
    may_open = fields.Boolean(compute="_compute_may_open")
    margin = fields.Monetary(
        compute="_compute_margin",
        groups="pmm_partner_kpi.group_pmm_manager",
        help="Amount less cost, where the cost is known.",
    )
    reason = fields.Selection(
        [("new", "New"), ("changed", "Changed"), ("withdrawn", "Withdrawn")],
        required=True,
        readonly=True,
        help="Why the row was added: the document is new, says something else, or is gone.",
    )
    revision = fields.Integer(required=True, readonly=True, aggregator=None)
    former_ref = fields.Integer(
        string="Former partner number",
        required=True,
        readonly=True,
        default=0,
        aggregator=None,
        help="Whose credit it was on its date, before that partner was merged into this one.",
    )
    origin_former_ref = fields.Integer(
        string="Former partner number, original date",
        required=True,
        readonly=True,
        default=0,
        aggregator=None,
        help="The same for the original date.",
    )
    mended = fields.Boolean(
        string="Found by the sweep",
        readonly=True,
        help="The nightly comparison found this difference; nothing had announced it.",
    )
    recorded_at = fields.Datetime(string="Recorded on", required=True, readonly=True)

    @api.depends("amount", "has_cost", "cost")
    def _compute_margin(self):
        for credit in self:
            credit.margin = credit.amount - credit.cost if credit.has_cost else 0

    @api.depends_context("uid")
    @api.depends("document_model", "document_id")
    def _compute_may_open(self):
        for model, credits in self.grouped("document_model").items():
            documents = self.env[model].browse(credits.mapped("document_id")).exists()
            readable = set(documents._filtered_access("read").ids)
            for credit in credits:
                credit.may_open = credit.document_id in readable

    # === ACTIONS === #

    def action_open_document(self):
        """Return the action that opens the document which this credit comes from."""
        self.ensure_one()
        self.check_access("read")
        return {
            "type": "ir.actions.act_window",
            "res_model": self.document_model,
            "res_id": self.document_id,
            "view_mode": "form",
            "views": [(False, "form")],
        }

    @api.model
    def _action_of_documents(self, documents):
        """Return the action that lists the credits of these documents, at their first stage."""
        stage = FIRST_STAGE[documents._name]
        action = self.env["ir.actions.act_window"]._for_xml_id("pmm_partner_kpi.pmm_credit_action")
        return action | {
            "domain": [
                ("document_model", "=", documents._name),
                ("document_id", "in", documents.ids),
            ],
            "context": {f"search_default_{stage}": 1, "search_default_group_role": 1},
        }

    @api.model
    def _count_of_documents(self, documents):
        """Return {document id: number of credits} at the first stage of these documents."""
        return dict(
            self._read_group(
                [
                    ("document_model", "=", documents._name),
                    ("document_id", "in", documents.ids),
                    ("stage", "=", FIRST_STAGE[documents._name]),
                ],
                ["document_id"],
                ["__count"],
            )
        )

    # === FILLING === #

    @api.model
    def _scopes(self):
        """Return {queue of marks: function that makes a scope of its ids}."""
        return {
            "credit_order": partial(of_documents, ORDERS),
            "credit_move": partial(of_documents, INVOICES),
            "credit_partner": of_partners,
        }

    @api.model
    def _queues(self):
        return list(self._scopes())

    @api.model
    def _fill_dirty(self):
        """Append what the marked documents and partners need; return the number of rows."""
        added = 0
        for queue in self._scopes():
            for ids in split_every(BATCH, self.env["pmm.dirty"]._peek(queue), list):
                added += self._fill_marked(queue, ids)
        # a first run goes on to measure in the same transaction; schedules leave it to autovacuum
        if added >= MANY:
            self.env.cr.execute(renew_statistics())
        return added

    @api.model
    def _fill_batch(self, limit):
        """Do the same for up to ``limit`` marks of each queue; return how many ids that were."""
        keys = 0
        for queue in self._scopes():
            for ids in split_every(BATCH, self.env["pmm.dirty"]._peek(queue, limit), list):
                self._fill_marked(queue, ids)
                keys += len(ids)
        return keys

    @api.model
    def _fill_marked(self, queue, ids):
        """Append what these documents or partners need and take their marks; return the rows."""
        added = self._append(self._scopes()[queue](ids))
        self.env["pmm.dirty"]._take(queue, ids)
        return added

    @api.model
    def _last_number(self):
        """Return the number of the newest sales credit, 0 where there is none."""
        # of all partners
        [[last]] = self.sudo()._read_group([], [], ["id:max"])
        return last or 0

    @api.model
    def _fill_range(self, first, last, model=INVOICES):
        """Compare all documents with ids in [first, last] and mend; return the rows added."""
        return self._append(of_document_range(model, first, last), mended=True)

    @api.model
    def _append(self, scope, *, mended=False):
        """Append the differences of one scope and mark who must be measured again."""
        self.env.flush_all()
        self.env.cr.execute(without_jit())
        relation = self._relation(scope)
        rows = self.env.execute_query(append_differences(relation, scope.standing, mended=mended))
        self.invalidate_model()
        if rows:
            self._touch_partners([partner_id for partner_id, _count in rows])
        return sum(count for _partner_id, count in rows)

    @api.model
    def _relation(self, scope):
        """Return the SELECT of what documents say now; addons add stages and roles here."""
        return credit_relation(
            scope,
            excluded={
                ORDERS: self._excluded_sale_lines(),
                INVOICES: self._excluded_invoice_lines(),
            },
            everybody=self._relation_of_everybody(),
        )

    @api.model
    def _excluded_sale_lines(self):
        """Return SQL conditions on ``sale_line`` (a row of sale_order_line): what is no sale.

        They hold for the order line and for all lines that invoice it. What a coupon takes off
        must not lower what was bought, and a free product is not bought.
        """
        columns = self.env["sale.order.line"]._fields
        return [condition for name, condition in NO_SALES.items() if name in columns]

    @api.model
    def _excluded_invoice_lines(self):
        """Return the same for invoices, but for those that were credited with it before.

        Else the upgrade would take it out of figures that were published and paid.
        """
        # what the upgrade noted is no setting of a user
        parameters = self.env["ir.config_parameter"].sudo()
        noted = {
            NO_SALES[name]: int(parameters.get_param(key, 0))
            for name, key in CREDITED_UNTIL.items()
        }
        return [
            is_new_no_sale(condition, noted[condition]) if noted.get(condition) else condition
            for condition in self._excluded_sale_lines()
        ]

    @api.model
    def _touch_partners(self, partner_ids):
        """Mark the enrolments that count what these partners are credited with."""
        rows = self.env.execute_query(counting_enrollments(partner_ids))
        # partners of other account managers count too: the mark carries no figures
        self.env["pmm.enrollment"].sudo().browse(id_ for [id_] in rows)._mark_to_measure()

    # === CRON === #

    @api.model
    def _cron_sweep(self, batch=20000):
        """Compare all documents with the credits, range by range, and mend what differs.

        Where the time does not suffice, the next call goes on with the next range.
        """
        cron = self.env["ir.cron"]
        # where the sweep stands is no setting of a user
        parameters = self.env["ir.config_parameter"].sudo()
        ranges = [
            (model, start)
            for model, key in SWEEP_FROM.items()
            for start in range(int(parameters.get_param(key, 1)), self._last_of(model) + 1, batch)
        ]
        cron._commit_progress(remaining=len(ranges))
        for number, (model, start) in enumerate(ranges, 1):
            self._fill_range(start, start + batch - 1, model)
            parameters.set_param(SWEEP_FROM[model], start + batch)
            if not cron._commit_progress(1, remaining=len(ranges) - number):
                return
        for key in SWEEP_FROM.values():
            parameters.set_param(key, 1)

    @api.model
    def _last_of(self, model):
        """Return the highest id of a document, or of one that is gone and still has credits."""
        # the sweep looks at all documents
        [[document]] = self.env[model].sudo()._read_group([], [], ["id:max"])
        # and at all credits
        credits = self.sudo()
        [[credited]] = credits._read_group(
            [("document_model", "=", model)], [], ["document_id:max"]
        )
        return max(document or 0, credited or 0)
