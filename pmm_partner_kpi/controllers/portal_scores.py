from odoo.http import request

from .portal import PmmPortal


class PmmPortalScores(PmmPortal):
    """Scorecards in the portal: a card each, on the overview and above the results of a period."""

    def _programme_overview_values(self, values):
        found = super()._programme_overview_values(values)
        if not self._sees_results(values["roles"]):
            return found
        return found | self._programme_scores(values["enrollments"], found["current"].period_id)

    def _programme_results_values(self, values):
        found = super()._programme_results_values(values)
        shown = values["measurements"]
        return found | self._programme_scores(shown.enrollment_id, shown.period_id)

    def _programme_scores(self, enrollments, periods):
        """Return the scores of these enrolments in these periods, and what they are made of."""
        scores = request.env["pmm.score"]
        if scores.has_access("read"):
            # found as the reader
            scores = scores.search(
                [("enrollment_id", "in", enrollments.ids), ("period_id", "in", periods.ids)]
            )
        # names of scorecards and KPIs are read with more rights; an employee without rights on
        # scores has found none, and may not even ask for the results that make them up
        scores = scores.sudo()
        scores = scores.sorted(lambda each: (each.scorecard_id.sequence, each.scorecard_id.id))
        rows = scores._component_rows()
        if request.env.user.share:
            rows = {score: self._shown_rows(parts) for score, parts in rows.items()}
            scores = scores.filtered(lambda score: rows[score])
        return {
            "scores": scores,
            "score_rows": rows,
        }

    def _shown_rows(self, parts):
        """Return what partners see of a score: nothing that internal KPIs follow from.

        With all weights and the other attainments theirs could be worked out, so where there are
        internal KPIs no weight is shown.
        """
        shown = [part for part in parts if not part["kpi"].is_internal]
        if len(shown) == len(parts):
            return shown
        return [part | {"weight": False} for part in shown]
