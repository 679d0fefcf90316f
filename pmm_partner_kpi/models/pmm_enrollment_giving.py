from odoo import api, fields, models
from odoo.fields import Domain

from odoo.addons.base.models.ir_model import MODULE_UNINSTALL_FLAG

WAITING = "pmm_partner_kpi.tiers_changed"


class PmmEnrollment(models.Model):
    """Which enrolments give something to their partner, and when that has to be looked at."""

    _inherit = "pmm.enrollment"

    grant_ids = fields.One2many("pmm.benefit.grant", "enrollment_id", string="Granted benefits")

    @api.model_create_multi
    def create(self, vals_list):
        enrollments = super().create(vals_list)
        enrollments._tiers_changed()
        return enrollments

    def write(self, vals):
        if {"partner_id", "program_id"} & vals.keys():
            # what another partner or programme gives is none of this one's history
            self._give_back()
        result = super().write(vals)
        if vals.keys() & self._giving_fields():
            self._tiers_changed()
        return result

    @api.readonly
    def web_read(self, specification):
        """Return what the form shows: after saving, with what the tiers in it give."""
        if "grant_ids" in specification:
            # else it would come at the end of the transaction, when the form has its answer
            self.env["pmm.benefit.grant"]._sync_waiting()
        return super().web_read(specification)

    def unlink(self):
        self._give_back()
        return super().unlink()

    @api.model
    def _giving_fields(self):
        """Return the names of the fields that decide whether an enrolment gives anything."""
        return {"partner_id", "program_id", "date_start", "date_stop", "is_shadow"}

    @api.model
    def _giving_domain(self):
        """Return which enrolments give benefits and tell of tiers, their dates aside."""
        # a pilot is calculated only
        return Domain("program_id.active", "=", True) & Domain("is_shadow", "!=", True)

    @api.model
    def _giving(self, partners):
        """Return the enrolments that give something to ``partners`` today, the first wins."""
        found = self.search(self._giving_domain() & Domain("partner_id", "in", partners.ids))
        return found.filtered(lambda enrollment: enrollment._runs_today()).sorted(
            lambda e: (e.program_id.sequence, e.program_id.id, e.id)
        )

    def _tier_today(self):
        """Return the row of the tier of the programme's present day, or nothing."""
        self.ensure_one()
        if not self.program_id:
            return self.tier_ids[:0]  # a new record in the form
        today = self.program_id._today()
        if self.date_stop and self.date_stop <= today:
            return self.tier_ids[:0]  # who has left has none, however long it would have lasted
        return self.tier_ids.filtered(lambda tier: tier._covers(today))[:1]

    def _rung_of(self, grade):
        """Return the rung of ``grade`` on the ladder of this enrolment's programme."""
        return self.program_id.tier_ids.filtered(lambda rung: grade and rung.grade_id == grade)

    def _given_today(self):
        """Return [(kind, benefit, value)] of what this enrolment gives today.

        A value None keeps programmes that come later from giving theirs.
        """
        self.ensure_one()
        if not self.program_id.tier_ids:
            return []
        tier, today = self._tier_today(), self.program_id._today()
        # before the first tier, the level of the partner is what it was in Odoo
        began = any(row.date_start <= today for row in self.tier_ids)
        mirror = ("grade", self.env["pmm.tier.benefit"], tier.grade_id.id if began else None)
        return [mirror, *self._rung_of(tier.grade_id)._given_values()]

    def _tiers_changed(self):
        """Note that the tiers of these enrolments, or what they give, may differ now.

        Benefits follow, and partners are told, at the end of the transaction: a change of tier
        is several rows, and nobody is to read of the steps in between.
        """
        if not self or self.env.context.get(MODULE_UNINSTALL_FLAG):
            return
        precommit = self.env.cr.precommit
        if WAITING not in precommit.data:
            precommit.data[WAITING] = set()
            precommit.add(self.env["pmm.benefit.grant"]._sync_waiting)
        # whoever changes a tier need not see the partner
        precommit.data[WAITING].update(self.sudo().partner_id.ids)

    def _give_back(self):
        """Take back now what these enrolments gave; what others give takes its place."""
        # grants are written by Odoo alone
        self.env["pmm.benefit.grant"].sudo()._sync(self, without=self)
