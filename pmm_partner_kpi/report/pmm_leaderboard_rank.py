from odoo import api, fields, models

from ..queries.leaderboards import ranking


class PmmLeaderboardRank(models.Model):
    """Who stands at which place of a leaderboard now; computed."""

    _name = "pmm.leaderboard.rank"
    _description = "Place on a Leaderboard"
    _auto = False
    _rec_name = "partner_id"
    _order = "leaderboard_id, number, id"
    _depends = {
        "pmm.leaderboard": [
            "based_on",
            "company_id",
            "kpi_id",
            "period_choice",
            "places",
            "program_id",
            "rank_by",
            "scope",
            "scorecard_id",
            "segment_id",
        ],
        "pmm.enrollment": [
            "date_start",
            "date_stop",
            "is_shadow",
            "leaderboard_opt_out",
            "merged_on",
            "partner_id",
            "program_id",
            "user_id",
        ],
        "pmm.enrollment.former": ["date_stop", "enrollment_id", "former_ref"],
        "pmm.enrollment.suspension": ["date_start", "date_stop", "enrollment_id"],
        "pmm.enrollment.tier": ["date_start", "date_stop", "enrollment_id", "grade_id"],
        "pmm.kpi.definition": ["direction"],
        "pmm.kpi.measurement": ["actual", "attainment", "enrollment_id", "kpi_id", "period_id"],
        "pmm.period": ["date_start", "date_stop", "program_id"],
        "pmm.score": ["enrollment_id", "period_id", "score", "scorecard_id"],
        "pmm.segment.member": ["date_start", "date_stop", "former_ref", "partner_id", "segment_id"],
        "res.partner": ["country_id"],
    }

    leaderboard_id = fields.Many2one("pmm.leaderboard", readonly=True)
    place = fields.Integer(string="Place (number)", readonly=True, aggregator=None)
    place_text = fields.Char(string="Place", compute="_compute_texts")
    number = fields.Integer(string="Order", readonly=True, aggregator=None)
    enrollment_id = fields.Many2one("pmm.enrollment", string="Enrolment", readonly=True)
    partner_id = fields.Many2one("res.partner", readonly=True)
    user_id = fields.Many2one("res.users", string="Account manager", readonly=True)
    program_id = fields.Many2one("pmm.program", string="Programme", readonly=True)
    company_id = fields.Many2one("res.company", readonly=True)
    period_id = fields.Many2one("pmm.period", readonly=True)
    grade_id = fields.Many2one("res.partner.grade", string="Tier", readonly=True)
    country_id = fields.Many2one("res.country", readonly=True)
    value = fields.Float(string="Ranked by", digits=(20, 4), readonly=True, aggregator=None)
    value_text = fields.Char(string="Result", compute="_compute_texts")
    opted_out = fields.Boolean(readonly=True, help="Other partners do not see it on leaderboards.")

    @api.depends("leaderboard_id", "place", "value")
    def _compute_texts(self):
        for row in self:
            # NULL is no data: it has no place
            row.place_text = str(row.place) if row.place else ""
            # how KPIs are defined need not be seen to read a figure of one
            board = row.leaderboard_id.sudo()
            row.value_text = board._format_figure(row.value) if row.place else ""

    @property
    def _table_query(self):
        # boards are few; each programme has its own day, of all companies
        Board = self.env["pmm.leaderboard"].sudo().with_context(active_test=False)
        programs = [program for [program] in Board._read_group([], ["program_id"])]
        return ranking({program.id: program._today() for program in programs})
