from odoo import api, models


class PmmTierBenefitKind(models.AbstractModel):
    """Contract of a kind of benefit: one file ``pmm.tier.benefit.kind.<code>`` each.

    The file also adds its code to ``pmm.tier.benefit.kind`` with ``ondelete``; any addon may
    have one. A value is what JSON can hold; None means that nothing is to be applied. A company
    is a record of ``res.company``, empty where the value is the same in all companies.
    """

    _name = "pmm.tier.benefit.kind"
    _description = "Kind of Tier Benefit"

    @api.model
    def _title(self, benefit):
        """Return what is given, in the reader's language."""
        raise NotImplementedError

    @api.model
    def _check(self, benefit):
        """Raise ValidationError with the remedy where ``benefit`` lacks what it needs."""

    @api.model
    def _is_applied(self):
        """Return whether Odoo applies it: a partner has it where it was granted, else not."""
        return True

    @api.model
    def _prepare(self):
        """Switch on in Odoo what this kind cannot do without."""

    @api.model
    def _value(self, benefit):
        """Return what ``benefit`` applies to partners; None: nothing."""

    @api.model
    def _same(self, benefit):
        """Return what two benefits have in common that give the same."""
        return self._value(benefit)

    @api.model
    def _companies(self, value):
        """Return the companies in which ``value`` is applied; empty: the same in all."""
        return self.env["res.company"]

    @api.model
    def _read_values(self, company, partners):
        """Return {partner id: value that it has now} for all of ``partners``."""
        raise NotImplementedError

    @api.model
    def _to_give_back(self, company, partners, values):
        """Return {partner id: value that an undo writes}, given what they have now."""
        return values

    @api.model
    def _write_value(self, company, partners, value):
        """Write ``value`` to all ``partners`` in as many statements as to one."""
        raise NotImplementedError

    @api.model
    def _format_value(self, value):
        """Return ``value`` as people read it."""
        return str(value) if value else ""
