from datetime import timedelta

from odoo import models
from odoo.fields import Domain
from odoo.tools import formatLang

# a partner page never grows beyond this, however many share a place
MOST_ROWS = 50


class PmmContest(models.Model):
    """What partners see of contests."""

    _inherit = "pmm.contest"

    def _of_partner(self, enrollments):
        """Return what the partners of ``enrollments`` see of these contests, one dict each.

        The caller has chosen what they may see; all is read with more rights. Others are in it
        only in contests with names, and unless they have opted out of leaderboards.
        """
        open_to = self._open_to(enrollments)
        Result = self.env["pmm.contest.result"]
        own = Result.search(
            [("contest_id", "in", self.ids), ("enrollment_id", "in", enrollments.ids)]
        )
        others = Result.search(
            Domain("contest_id", "in", self.filtered("with_names").ids)
            & Domain("place", "in", [1, 2, 3])
            & Domain("enrollment_id", "not in", enrollments.ids)
            & Domain("enrollment_id.leaderboard_opt_out", "!=", True),
            limit=MOST_ROWS * max(len(self), 1),
        )
        counts = dict(
            Result._read_group(
                [("contest_id", "in", self.ids), ("place", ">", 0)], ["contest_id"], ["__count"]
            )
        )
        shown = []
        for contest in self:
            for enrollment in enrollments.filtered(
                lambda each, contest=contest: (contest.id, each.id) in open_to
            ):
                mine = own.filtered(
                    lambda result, key=(contest, enrollment): (
                        (result.contest_id, result.enrollment_id) == key
                    )
                )
                beside = others.filtered(lambda result, own=contest: result.contest_id == own)
                rows = mine.filtered("place") | beside[:MOST_ROWS]
                shown.append(
                    {
                        "contest": contest,
                        "mine": mine,
                        "rows": rows.sorted(lambda result: (result.place, result.id)),
                        "ranked": counts.get(contest, 0),
                        "prizes": contest._prizes(),
                        "time": contest._time_sentence(),
                        "needed": contest._needed_sentence(),
                    }
                )
        return shown

    def _prizes(self):
        """Return [(place, prize, what it is worth or False)]."""
        return [
            (
                place,
                self[f"prize_{place}"],
                self[f"prize_amount_{place}"]
                and formatLang(
                    self.env, self[f"prize_amount_{place}"], currency_obj=self.currency_id
                ),
            )
            for place in (1, 2, 3)
            if self[f"prize_{place}"]
        ]

    def _last_day(self):
        """Return the last day of the contest."""
        self.ensure_one()
        return self.date_stop - timedelta(days=1)

    def _time_sentence(self):
        """Return how much time is left, or what has become of the contest."""
        self.ensure_one()
        today = self.program_id._today()
        if self.state == "cancelled":
            return self.env._("This contest was cancelled.")
        if self.state == "ended":
            return self.env._("The result is final.")
        if today < self.date_start:
            return self.env._("Days until it begins: %s", (self.date_start - today).days)
        left = (self.date_stop - today).days
        if left > 1:
            return self.env._("Days left: %s", left)
        if left == 1:
            return self.env._("Today is the last day.")
        return self.env._("It is over. The result is final soon.")

    def _needed_sentence(self):
        """Return what is needed for a place, if anything."""
        self.ensure_one()
        if not self.minimum:
            return False
        currency = self.kpi_id._currency(self.program_id)
        figure = self.env["pmm.kpi.measurement"]._format_amount(
            self.minimum, currency, self.kpi_id.unit
        )
        if self.kpi_id.direction == "lower":
            return self.env._("Needed for a place: at most %s", figure)
        return self.env._("Needed for a place: at least %s", figure)
