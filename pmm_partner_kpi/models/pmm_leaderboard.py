from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ..queries.leaderboards import seen_by

# fewer could be told apart although no name is shown
FEWEST_WITHOUT_NAMES = 3


class PmmLeaderboard(models.Model):
    """A comparison of the partners of a programme by one KPI or scorecard."""

    _name = "pmm.leaderboard"
    _description = "Leaderboard"
    _inherit = ["mail.thread"]
    _order = "program_id, sequence, name, id"

    _places_sensible = models.Constraint(
        "CHECK(places BETWEEN 1 AND 100)", "A leaderboard shows 1 to 100 places."
    )

    name = fields.Char(required=True, translate=True, tracking=True)
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True, tracking=True)
    program_id = fields.Many2one(
        "pmm.program",
        string="Programme",
        required=True,
        index=True,
        ondelete="cascade",
        default=lambda self: self.env["pmm.program"]._only_one(),
        tracking=True,
    )
    company_id = fields.Many2one(related="program_id.company_id", store=True, index=True)
    based_on = fields.Selection(
        [("kpi", "A KPI"), ("scorecard", "A scorecard")],
        string="Compares",
        required=True,
        default="kpi",
        tracking=True,
    )
    kpi_id = fields.Many2one(
        "pmm.kpi.definition", string="KPI", index=True, ondelete="restrict", tracking=True
    )
    scorecard_id = fields.Many2one(
        "pmm.scorecard", index="btree_not_null", ondelete="cascade", tracking=True
    )
    rank_by = fields.Selection(
        [("value", "The value reached"), ("attainment", "The attainment of the target")],
        string="Ranked by",
        required=True,
        default="attainment",
        tracking=True,
        help="Attainment is fair to small partners. Where lower is better, the lowest value, or the"
        " limit that was kept by most, is first.",
    )
    period_choice = fields.Selection(
        [("current", "The present period"), ("last", "The period that ended last")],
        string="Period",
        required=True,
        default="current",
        tracking=True,
    )
    scope = fields.Selection(
        [
            ("all", "All partners of the programme"),
            ("tier", "Partners of the same tier"),
            ("country", "Partners of the same country"),
            ("segment", "Partners of a segment"),
        ],
        string="Among",
        required=True,
        default="all",
        tracking=True,
    )
    segment_id = fields.Many2one(
        "pmm.segment", index="btree_not_null", ondelete="restrict", tracking=True
    )
    places = fields.Integer(
        string="Places shown",
        required=True,
        default=10,
        tracking=True,
        help="Partners see these first places, their own, and those beside it.",
    )
    is_anonymous = fields.Boolean(
        string="Without names",
        default=True,
        tracking=True,
        help="Partners see only “Partner 3” for the others, and no amounts of theirs.",
    )
    is_published = fields.Boolean(
        string="In the portal",
        copy=False,
        tracking=True,
        help="Owners, finance and sales people of the partners that are compared see it.",
    )
    shown_text = fields.Char(compute="_compute_shown_text")

    @api.depends("is_anonymous", "is_published", "based_on", "rank_by")
    def _compute_shown_text(self):
        for board in self:
            board.shown_text = board._shown_sentence()

    def _shown_sentence(self):
        if not self.is_published:
            return self.env._("Partners see nothing of it.")
        if not self.is_anonymous:
            return self.env._(
                "Every partner that is compared sees the names and figures of the others, except of"
                " those who have opted out."
            )
        if self._shows_figures():
            return self.env._(
                "Partners see their own place and the percentages of the others, without names."
            )
        return self.env._(
            "Partners see their own place and figure. Of the others they see neither names nor"
            " figures."
        )

    def _shows_figures(self):
        """Return whether partners see figures of others: amounts only beside names."""
        self.ensure_one()
        return not self.is_anonymous or not self._is_amount()

    def _is_amount(self):
        """Return whether the board ranks by a figure of the KPI and not by a percentage."""
        return self.based_on == "kpi" and self.rank_by == "value"

    # === CHECKS === #

    @api.constrains("based_on", "kpi_id", "scorecard_id", "scope", "segment_id", "program_id")
    def _check_complete(self):
        for board in self:
            program = board.program_id
            if board.based_on == "kpi" and board.kpi_id not in program.kpi_ids:
                raise ValidationError(
                    self.env._(
                        "“%(board)s”: choose a KPI that “%(program)s” measures.",
                        board=board.name,
                        program=program.name,
                    )
                )
            if board.based_on == "scorecard" and board.scorecard_id.program_id != program:
                raise ValidationError(
                    self.env._(
                        "“%(board)s”: choose a scorecard of “%(program)s”.",
                        board=board.name,
                        program=program.name,
                    )
                )
            if board.scope == "segment" and board.segment_id.company_id != program.company_id:
                raise ValidationError(
                    self.env._(
                        "“%(board)s”: choose a segment of %(company)s.",
                        board=board.name,
                        company=program.company_id.name,
                    )
                )

    @api.constrains("is_published", "based_on", "kpi_id", "scorecard_id")
    def _check_publishable(self):
        for board in self.filtered("is_published"):
            if not board._is_for_partners():
                raise ValidationError(
                    self.env._(
                        "“%s” compares what partners are not to see in the portal. Choose another"
                        " KPI or scorecard, or keep the leaderboard inside.",
                        board.name,
                    )
                )

    def _is_for_partners(self):
        """Return whether partners may see at all what this board compares."""
        self.ensure_one()
        if self.based_on == "kpi":
            return not self.kpi_id.is_internal
        card = self.scorecard_id
        # its score would tell of the KPIs that are hidden
        return card.portal_visible and not any(card.line_ids.kpi_id.mapped("is_internal"))

    # === ACTIONS === #

    def action_view_ranking(self):
        """Return the action that lists who stands where on this board, now."""
        self.check_access("read")
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "pmm_partner_kpi.pmm_leaderboard_rank_action"
        )
        grouped = {"tier": "grade_id", "country": "country_id"}.get(self[:1].scope)
        return action | {
            "display_name": self.name if len(self) == 1 else action["name"],
            "domain": [("leaderboard_id", "in", self.ids)],
            "context": {"group_by": grouped} if grouped else {},
        }

    # === FOR PARTNERS === #

    def _of_partner(self, enrollments):
        """Return what the partners of ``enrollments`` see of these boards, one dict per board.

        The caller has chosen what they may see; all is read with more rights. Names and
        figures of others are in it only where the board shows them.
        """
        days = {program.id: program._today() for program in self.program_id}
        if not self or not enrollments:
            return []
        self.env.flush_all()
        statement = seen_by(self.ids, enrollments.ids, days)
        found = {}
        for row in self.env.execute_query_dict(statement):
            found.setdefault((row["leaderboard_id"], row["seen_by"]), []).append(row)
        partners = self.env["res.partner"].browse(
            row["partner_id"] for rows in found.values() for row in rows
        )
        names = {partner.id: partner.name for partner in partners}
        return [
            board._shown(enrollment, found[board.id, enrollment.id], names)
            for board in self
            for enrollment in enrollments
            if (board.id, enrollment.id) in found
        ]

    def _shown(self, enrollment, rows, names):
        """Return this board as the partner of ``enrollment`` sees it."""
        [own] = [row for row in rows if row["enrollment_id"] == enrollment.id]
        too_few = self.is_anonymous and own["ranked"] < FEWEST_WITHOUT_NAMES
        shown, line = [], 0
        for row in rows:
            if too_few and row is not own:
                continue
            is_own = row is own
            with_name = is_own or not self.is_anonymous
            name = names[row["partner_id"]] if with_name else False
            with_figure = row["value"] is not None and (is_own or self._shows_figures())
            shown.append(
                {
                    "place": row["place"],
                    "name": name or self.env._("Partner %s", row["line"]),
                    "figure": self._format_figure(row["value"]) if with_figure else "",
                    "is_own": is_own,
                    # rows in between are left out
                    "after_gap": not too_few and row["line"] > line + 1,
                }
            )
            line = row["line"]
        period = self.env["pmm.period"].browse(own["period_id"])
        return {
            "board": self,
            "enrollment": enrollment,
            "period": period,
            "place": own["place"],
            "ranked": own["ranked"],
            "rows": shown,
            "too_few": too_few,
        }

    def _format_figure(self, value):
        """Return what the board ranks by as the reader writes it."""
        if self._is_amount():
            currency = self.kpi_id._currency(self.program_id)
            return self.env["pmm.kpi.measurement"]._format_amount(
                float(value), currency, self.kpi_id.unit
            )
        # cut like attainment: 99.99 % is not 100 %
        return self.env._("%s %%", int(round(value * 10000) / 100))
