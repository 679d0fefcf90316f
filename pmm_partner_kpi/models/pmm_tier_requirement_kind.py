from odoo import api, models


class PmmTierRequirementKind(models.AbstractModel):
    """Contract of a kind of requirement: one file ``pmm.tier.requirement.kind.<code>`` each.

    The file also adds its code to ``pmm.tier.requirement.kind`` with ``ondelete``; any addon
    may have one.
    """

    _name = "pmm.tier.requirement.kind"
    _description = "Kind of Tier Requirement"

    @api.model
    def _values(self, requirement, windows):
        """Return a SELECT (enrollment_id, value) of what each enrolment has of it.

        ``windows`` is a SELECT (enrollment_id, date_start, date_stop): the half-open time that
        counts, one row per enrolment of ``requirement``'s programme. No enrolment comes twice;
        one without facts may be left out and has ``_void_value()``.
        """
        raise NotImplementedError

    @api.model
    def _fact_key(self, requirement):
        """Return what requirements with the same values have in common, anything hashable.

        Silver and Gold ask for the same KPI: it is measured once.
        """
        return requirement.kind, requirement.id

    @api.model
    def _void_value(self, requirement):
        """Return what an enrolment without any fact has: 0, or None for "no data"."""
        return 0

    @api.model
    def _check(self, requirement):
        """Raise ValidationError with the remedy where ``requirement`` lacks what it needs."""

    @api.model
    def _title(self, requirement):
        """Return what is asked for in the reader's language, without the threshold."""
        raise NotImplementedError

    @api.model
    def _currency(self, requirement):
        """Return the currency of the threshold; none where it is a bare number."""
        return self.env["res.currency"]

    @api.model
    def _unit(self, requirement):
        """Return the unit of the threshold, as ``pmm.kpi.definition.unit`` calls it."""
        return "count"

    @api.model
    def _is_yes_no(self, requirement):
        """Return whether it is met or not, without a number that the reader would want."""
        return False
