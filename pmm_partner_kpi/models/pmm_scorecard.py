from decimal import Decimal

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError

# an object of our own: a context that comes by RPC cannot hold it
WEIGHTS_LATER = object()


class PmmScorecard(models.Model):
    """A weighted choice of a programme's KPIs that makes one score per partner and period."""

    _name = "pmm.scorecard"
    _description = "Scorecard"
    _inherit = ["mail.thread"]
    _order = "program_id, sequence, name, id"

    _name_unique = models.Constraint(
        "UNIQUE(program_id, name)", "A scorecard of this programme already has this name."
    )

    name = fields.Char(required=True, translate=False, tracking=True)
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True, tracking=True)
    program_id = fields.Many2one(
        "pmm.program", string="Programme", required=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(related="program_id.company_id", store=True, index=True)
    portal_visible = fields.Boolean(
        string="Partners see it",
        default=True,
        tracking=True,
        help="Owners, finance and sales people of a partner see their score in the portal.",
    )
    line_ids = fields.One2many("pmm.scorecard.line", "scorecard_id", string="KPIs", copy=True)
    line_text = fields.Char(string="Consists of", compute="_compute_line_text")

    @api.depends("line_ids.kpi_id", "line_ids.weight")
    def _compute_line_text(self):
        for card in self:
            card.line_text = ", ".join(
                f"{line.kpi_id.name} {line._format_percent(line.weight)}" for line in card.line_ids
            )

    @api.constrains("line_ids")
    def _check_weights(self):
        """Raise ValidationError where the weights do not add up to exactly 100 %."""
        if self.env.context.get("pmm_weights") is WEIGHTS_LATER:
            return
        for card in self:
            total = sum((line._exact("weight") for line in card.line_ids), Decimal(0))
            if total != 100:
                raise ValidationError(
                    self.env._(
                        "The weights of “%(scorecard)s” add up to %(total)s %%. Change them so"
                        " that they make exactly 100 %%.",
                        scorecard=card.name,
                        total=f"{total:.2f}",
                    )
                )

    @api.constrains("program_id", "line_ids", "active")
    def _check_kpis_of_program(self):
        """Raise ValidationError where the programme does not measure one of the KPIs."""
        for card in self.filtered("active"):
            foreign = card.line_ids.kpi_id - card.program_id.kpi_ids
            if foreign:
                raise ValidationError(
                    self.env._(
                        "“%(program)s” does not measure “%(kpi)s”, which the scorecard"
                        " “%(scorecard)s” needs. Add the KPI to the programme, or take it off the"
                        " scorecard.",
                        program=card.program_id.name,
                        kpi=foreign[0].name,
                        scorecard=card.name,
                    )
                )

    @api.model_create_multi
    def create(self, vals_list):
        later = self.with_context(pmm_weights=WEIGHTS_LATER)
        cards = super(PmmScorecard, later).create(vals_list).with_env(self.env)
        cards._check_weights()
        cards._mark()
        return cards

    def write(self, vals):
        if "program_id" in vals and self._with_scores():
            raise UserError(
                self.env._("A scorecard with scores stays with its programme. Make a new one.")
            )
        programs = self.program_id
        later = self.with_context(pmm_weights=WEIGHTS_LATER)
        result = super(PmmScorecard, later).write(vals)
        if "line_ids" in vals:
            self._check_weights()
        if {"line_ids", "active", "program_id"} & vals.keys():
            (programs | self.program_id)._mark_scores()
        return result

    @api.ondelete(at_uninstall=False)
    def _unlink_except_published(self):
        if published := self._with_scores():
            raise UserError(
                self.env._(
                    "“%(scorecard)s” has scores in closed periods and cannot be deleted;"
                    " archive it.",
                    scorecard=published[0].name,
                )
            )

    def _with_scores(self):
        """Return those of these scorecards that have scores in closed periods."""
        # scores of others' partners are in the way as well
        scores = self.env["pmm.score"].sudo()
        domain = [("scorecard_id", "in", self.ids), ("period_id.state", "=", "closed")]
        found = {card.id for [card] in scores._read_group(domain, ["scorecard_id"])}
        return self.filtered(lambda card: card.id in found)

    def _mark(self):
        # a scorecard that is being saved marks itself in the end
        if self.env.context.get("pmm_weights") is not WEIGHTS_LATER:
            self.program_id._mark_scores()

    def action_view_scores(self):
        """Return the action that lists the scores of this scorecard."""
        action = self.env["ir.actions.act_window"]._for_xml_id("pmm_partner_kpi.pmm_score_action")
        return action | {"domain": [("scorecard_id", "in", self.ids)]}
