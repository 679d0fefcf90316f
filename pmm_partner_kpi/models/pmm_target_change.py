from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import format_date

from ..queries.targets import (
    add_versions,
    apply_targets,
    first_problem,
    restored_targets,
)


class PmmTargetChange(models.Model):
    """Targets that were set or changed in one go: by whom, how and why; it can be taken back."""

    _name = "pmm.target.change"
    _description = "Change of Targets"
    _order = "id desc"

    program_id = fields.Many2one(
        "pmm.program",
        string="Programme",
        required=True,
        readonly=True,
        index=True,
        ondelete="cascade",
    )
    company_id = fields.Many2one(related="program_id.company_id", store=True, index=True)
    kind = fields.Selection(
        [
            ("manual", "By hand"),
            ("bulk", "In bulk"),
            ("import", "From a file"),
            ("agreed", "Agreed with the partner"),
            ("undo", "Taken back"),
        ],
        string="How",
        required=True,
        readonly=True,
    )
    reason = fields.Char(readonly=True)
    state = fields.Selection(
        [("done", "Made"), ("undone", "Taken back")],
        string="Status",
        required=True,
        readonly=True,
        default="done",
    )
    undone_by_id = fields.Many2one(
        "pmm.target.change", string="Taken back by", readonly=True, ondelete="set null"
    )
    version_ids = fields.One2many("pmm.kpi.target.version", "change_id", string="Versions")
    version_count = fields.Integer(string="Targets", compute="_compute_version_count")

    @api.depends("kind", "create_date", "reason")
    def _compute_display_name(self):
        kinds = dict(self._fields["kind"]._description_selection(self.env))
        for change in self:
            parts = [kinds.get(change.kind), format_date(self.env, change.create_date)]
            change.display_name = " · ".join(part for part in [*parts, change.reason] if part)

    def _compute_version_count(self):
        counts = dict(
            self.env["pmm.kpi.target.version"]._read_group(
                [("change_id", "in", self.ids)], ["change_id"], ["__count"]
            )
        )
        for change in self:
            change.version_count = counts.get(change, 0)

    # === ACTIONS === #

    def action_view_versions(self):
        """Return the action that lists the targets of this change, as it left them."""
        self.ensure_one()
        self.check_access("read")
        return {
            "type": "ir.actions.act_window",
            "name": self.display_name,
            "res_model": "pmm.kpi.target.version",
            "view_mode": "list",
            "domain": [("change_id", "=", self.id)],
        }

    def action_undo(self):
        """Give back what targets were before this change; leave those changed again since.

        Return a notification that says how many came back and how many were left; raise
        UserError where the change is taken back already or a period is over.
        """
        self.ensure_one()
        self.env["pmm.kpi.target"].check_access("write")
        self.check_access("read")
        if self.state == "undone":
            raise UserError(self.env._("This change has been taken back already."))
        undo = self._begin(self.program_id, "undo", self.display_name)
        count = undo._apply(restored_targets(self.id))
        # nobody writes changes but this
        self.sudo().write({"state": "undone", "undone_by_id": undo.id})
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "success",
                "message": self.env._(
                    "Targets as before: %(back)s. Changed since, left as they are: %(left)s.",
                    back=count,
                    left=self.version_count - count,
                ),
                "next": {"type": "ir.actions.client", "tag": "soft_reload"},
            },
        }

    # === SETTING TARGETS === #

    @api.model
    def _begin(self, program, kind, reason=False):
        """Return a new change of targets of ``program``; whoever calls has checked the rights."""
        # the record only tells what happened; users cannot write it
        change = self.sudo().create({"program_id": program.id, "kind": kind, "reason": reason})
        return change.sudo(False)

    def _apply(self, rows, *, keep_by_hand=False, only_new=False):
        """Make targets what ``rows`` say, keep their versions; return how many changed.

        ``rows`` is a SELECT (enrollment_id, kpi_id, period_id, threshold, value, stretch,
        by_hand), one per enrolment, KPI and period; a value NULL takes the target away, a
        threshold or stretch of 0 is none. With ``keep_by_hand`` targets that a person has set
        stay, with ``only_new`` all that exist. A fixed number of statements, however many rows.
        Nothing is written if one of them is refused (UserError).
        """
        self.ensure_one()
        self.env.flush_all()
        self._check_rows(rows)
        touched = self.env.execute_query(
            apply_targets(self, rows, keep_by_hand=keep_by_hand, only_new=only_new)
        )
        self._forget_cached()
        enrollments = self.env["pmm.enrollment"].browse({id_ for [id_] in touched})
        enrollments._mark_to_measure()
        return len(touched)

    def _check_rows(self, rows):
        found = self.env.execute_query(first_problem(self.program_id, rows))
        if not found:
            return
        problem, partner_id, kpi_id, period_id = found[0]
        # names for the sentence only
        Partner, Kpi = self.env["res.partner"].sudo(), self.env["pmm.kpi.definition"].sudo()
        names = {
            "partner": Partner.browse(partner_id).name,
            "kpi": Kpi.browse(kpi_id).name,
            "period": self.env["pmm.period"].browse(period_id).name,
        }
        period = self.env["pmm.period"].browse(period_id)
        if problem == "period":
            period._check_targets_open()
            return
        raise UserError(
            {
                "program": self.env._(
                    "%(partner)s, %(kpi)s, %(period)s: the three do not belong to one programme.",
                    **names,
                ),
                "value": self.env._(
                    "%(partner)s, %(kpi)s, %(period)s: a target cannot be negative.", **names
                ),
                "order": self.env._(
                    "%(partner)s, %(kpi)s, %(period)s: the threshold must be easier to reach than"
                    " the target, and the stretch harder.",
                    **names,
                ),
            }[problem]
        )

    def _forget_cached(self):
        self.env["pmm.kpi.target"].invalidate_model()
        self.env["pmm.kpi.target.version"].invalidate_model()
        self.env["pmm.enrollment"].invalidate_model(["target_ids"])

    @api.model
    def _note(self, targets, reason=False, *, removed=False):
        """Keep a version of ``targets`` as they are now (or: that they go) after a write."""
        targets.flush_recordset()
        for program, members in targets.grouped("program_id").items():
            change = self._begin(program, "manual", reason)
            self.env.cr.execute(add_versions(change, members.ids, removed=removed))
        self._forget_cached()
