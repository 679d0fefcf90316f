from odoo import api, models

from ..engine.opening_cells import key
from ..engine.opening_plan import Facts

# rows of the table that are shown; all of them are checked
SHOWN = 200


class PmmOpeningJudge(models.AbstractModel):
    """Knows what a programme's import of opening balances is judged by, and says the verdict."""

    _name = "pmm.opening.judge"
    _description = "Judge of Opening Balances"

    @api.model
    def _facts(self, program):
        """Return the Facts of ``program``; as many queries for one partner as for ten thousand."""
        # what the file says is judged by all that there is, also of other account managers
        env = self.env(su=True)
        enrollments = env["pmm.enrollment"].search_read(
            [("program_id", "=", program.id)],
            ["partner_id", "date_start", "date_stop"],
            load=None,
        )
        ids = [enrollment["id"] for enrollment in enrollments]
        tiers = env["pmm.enrollment.tier"].search_read(
            [("enrollment_id", "in", ids)],
            ["enrollment_id", "date_start", "date_stop"],
            load=None,
        )
        balances = env["pmm.opening.balance"].search_read(
            [("program_id", "=", program.id)],
            ["enrollment_id", "kind", "kpi_id", "date"],
            load=None,
        )
        by_partner, spans = {}, {}
        for row in enrollments:
            span = (row["date_start"], row["date_stop"] or None, row["id"])
            by_partner.setdefault(row["partner_id"], []).append(span)
        for row in tiers:
            span = (row["date_start"], row["date_stop"] or None)
            spans.setdefault(row["enrollment_id"], []).append(span)
        lang = self.env["res.lang"]._get_data(code=self.env.user.lang or "en_US")
        return Facts(
            partners=self._partner_keys(env, list(by_partner)),
            enrollments=by_partner,
            kpis=_names(program.kpi_ids),
            without_openings=_names(
                program.kpi_ids.filtered(lambda kpi: not kpi._takes_openings())
            ).keys(),
            grades=_names(self.env["pmm.opening.file"]._grades(program)),
            spans=spans,
            known={
                (row["enrollment_id"], row["kind"], row["kpi_id"] or None, row["date"])
                for row in balances
            },
            closed=[
                (period.date_start, period.date_stop, period.name)
                for period in program.period_ids
                if period.state == "closed"
            ],
            tier_words={"tier", key(self.env._("Tier"))},
            points_words={"points", key(self.env._("Points"))},
            decimal_point=lang.decimal_point or ".",
            thousands_sep=lang.thousands_sep or "",
            date_format=lang.date_format or "%Y-%m-%d",
        )

    @api.model
    def _partner_keys(self, env, partner_ids):
        """Return {key: {id}} of what may stand for a partner: name, reference, VAT, e-mail."""
        names = ["name", "ref", "vat", "email"]
        keys = {}
        partners = env["res.partner"].with_context(active_test=False)
        for row in partners.search_read([("id", "in", partner_ids)], names):
            for name in names:
                if row[name]:
                    keys.setdefault(key(row[name]), set()).add(row["id"])
        return keys

    @api.model
    def _problem_sentence(self, problem):
        """Return what is wrong with a row, in the reader's language, and what to do."""
        detail = problem.detail
        return {
            "no_partner": self.env._(
                "No partner of the programme has the name, reference, VAT or e-mail “%s”.", detail
            ),
            "ambiguous": self.env._(
                "“%s” fits several. Use a reference, VAT number or e-mail that only one has.",
                detail,
            ),
            "no_type": self.env._(
                "“%s” is neither Tier nor Points nor a KPI of the programme.", detail
            ),
            "no_opening": self.env._(
                "“%s” does not add up day by day, so nothing can be added to it. Bring along what"
                " it is measured from.",
                detail,
            ),
            "no_tier": self.env._("“%s” is not a tier of the programme.", detail),
            "no_number": self.env._(
                "“%s” is not a number with at most 4 decimals, written as you write numbers.",
                detail,
            ),
            "no_date": self.env._(
                "“%s” is not a date. Write it as 2026-12-31, or use a date cell.", detail
            ),
            "left": self.env._("The partner does not take part on or after this day."),
            "closed": self.env._("The day lies in %s or before it, which is closed.", detail),
            "known": self.env._("The partner already has this opening balance on this day."),
            "only_tiers": self.env._("Only tiers have an end of validity. Leave it empty."),
            "until_before": self.env._("The tier would be valid until before it starts."),
            "twice": self.env._("The same partner, type and date stand in row %s.", detail),
            "tier_taken": self.env._("The partner has a tier on this day. End it first."),
        }[problem.code]

    def _render_log(self, items, problems):
        """Return the table of what would happen, and of what is in the way, as HTML."""
        Enrollment = self.env["pmm.enrollment"].browse(i.enrollment_id for i in items[:SHOWN])
        partners = {e.id: e.partner_id.name for e in Enrollment}
        titles = self.env["pmm.opening.file"]._titles()
        return self.env["ir.qweb"]._render(
            "pmm_partner_kpi.opening_log",
            {
                "titles": titles,
                "items": [
                    {
                        "row": item.row,
                        "partner": partners[item.enrollment_id],
                        "what": self._item_title(item),
                        "value": self._item_value(item),
                        "day": item.day,
                        "stop": item.stop,
                        "valid_until": item.valid_until,
                    }
                    for item in items[:SHOWN]
                ],
                "problems": [
                    {
                        "row": problem.row,
                        "column": titles[problem.column],
                        "sentence": self._problem_sentence(problem),
                    }
                    for problem in problems[:SHOWN]
                ],
                "tiers": any(item.kind == "tier" for item in items[:SHOWN]),
                "item_count": len(items),
                "problem_count": len(problems),
                "shown": SHOWN,
                "imported": self.state == "imported",
            },
        )

    @api.model
    def _item_title(self, item):
        if item.kind == "actual":
            return self.env["pmm.kpi.definition"].browse(item.kpi_id).name
        return self.env._("Tier") if item.kind == "tier" else self.env._("Points")

    def _item_value(self, item):
        if item.kind == "tier":
            return self.env["res.partner.grade"].browse(item.grade_id).name
        kpi = self.env["pmm.kpi.definition"].browse(item.kpi_id or ())
        if not kpi:
            return self.env["pmm.kpi.measurement"]._format_amount(float(item.value), None)
        return self.env["pmm.kpi.measurement"]._format_amount(
            float(item.value), kpi._currency(self.program_id), kpi.unit
        )


def _names(records):
    """Return {key of the name: {id}}."""
    found = {}
    for record in records:
        found.setdefault(key(record.name), set()).add(record.id)
    return found
