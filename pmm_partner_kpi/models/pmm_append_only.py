from odoo import api, models
from odoo.exceptions import UserError

from ..queries.append_only import refuse_changes


class PmmAppendOnly(models.AbstractModel):
    """A ledger: rows are added by differences, never changed or deleted.

    The ORM refuses with a sentence, a database trigger stands behind it. Only the merge of two
    partners may point rows to the one that stays.
    """

    _name = "pmm.append.only"
    _description = "Append-only Ledger"
    _log_access = False

    def init(self):
        """Put the trigger on the table of each ledger (called on install and update)."""
        super().init()
        if not self._abstract:
            for statement in refuse_changes(self._table, self._rekeyed_columns()):
                self.env.cr.execute(statement)

    @api.model
    def _rekeyed_columns(self):
        """Return the columns that the merge of two partners may change."""
        return [
            field.name
            for field in self._fields.values()
            if field.store and field.type == "many2one" and field.comodel_name == "res.partner"
        ]

    def write(self, vals):  # pylint: disable=method-required-super  # it never gets there
        raise UserError(self._append_only_sentence())

    @api.ondelete(at_uninstall=False)
    def _unlink_never(self):
        raise UserError(self._append_only_sentence())

    def _append_only_sentence(self):
        return self.env._(
            "Rows of “%(ledger)s” are never changed or deleted. Correct the document or the"
            " rule behind them: the next run adds the difference.",
            ledger=self.env["ir.model"]._get(self._name).name,
        )
