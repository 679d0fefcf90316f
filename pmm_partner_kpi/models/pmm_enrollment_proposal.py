from odoo import models


class PmmEnrollment(models.Model):
    """What becomes of a level that somebody writes on a partner whose tier we decide."""

    _inherit = "pmm.enrollment"

    def _propose_grade(self, grade):
        """Note that somebody wants ``grade`` for these partners, and say so on the partner.

        The tier itself stays what it is until the proposal is decided.
        """
        Proposal = self.env["pmm.tier.proposal"]
        pending = Proposal.search([("enrollment_id", "in", self.ids), ("state", "=", "pending")])
        waiting = pending.enrollment_id
        cause = self._grade_cause()
        vals_list, bodies = [], {}
        for enrollment in self:
            today = enrollment._tier_today()
            if grade in (today.grade_id, enrollment.partner_id.grade_id):
                continue
            bodies[enrollment.partner_id.id] = enrollment._proposal_note(grade, waiting)
            if enrollment not in waiting and (not grade or enrollment._rung_of(grade)):
                vals_list.append(
                    {
                        "enrollment_id": enrollment.id,
                        "old_grade_id": today.grade_id.id,
                        "new_grade_id": grade.id,
                        "date_effective": enrollment.program_id._today(),
                        "move_kind": "foreign",
                        "cause": cause,
                    }
                )
        Proposal.create(vals_list)
        if bodies:
            partners = self.env["res.partner"].browse(bodies)
            partners._message_log_batch(bodies)

    def _grade_cause(self):
        """Return where the level that is being written comes from."""
        order = self.env.context.get("pmm_grade_order")
        if isinstance(order, models.BaseModel):
            return self.env._("Membership sold in %s", order.name)
        return self.env._("Set on the partner by %s", self.env.user.name)

    def _proposal_note(self, grade, waiting):
        """Return what the partner's chatter says of ``grade``, which was asked for."""
        names = {"grade": self._grade_name(grade), "program": self.program_id.name}
        if grade and not self._rung_of(grade):
            return self.env._(
                "“%(grade)s” is not a tier of “%(program)s”, which decides on the level of this"
                " partner. The level stays.",
                **names,
            )
        if self in waiting:
            return self.env._(
                "“%(grade)s” was asked for. “%(program)s” decides on the level of this partner;"
                " a change of its tier already waits for a decision.",
                **names,
            )
        return self.env._(
            "“%(grade)s” was proposed to “%(program)s”, which decides on the level of this"
            " partner. Until that is decided, the level stays.",
            **names,
        )
