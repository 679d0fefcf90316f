from odoo import api, fields, models

from ..queries.dirty_marks import add_marks, remove_marks


class PmmDirty(models.Model):
    """What changed and must be looked at by the next run: keys only, no figures.

    Marks are appended, never merged: a mark that is written while a run takes the earlier
    ones must survive it, which ``ON CONFLICT DO NOTHING`` would not guarantee.
    """

    _name = "pmm.dirty"
    _description = "Change to be Processed"
    _log_access = False

    _queue_idx = models.Index("(queue, res_id)")

    queue = fields.Char(required=True)
    res_id = fields.Integer(required=True)

    @api.model
    def _mark(self, queue, ids):
        """Append a mark for each of ``ids``; whoever may change the document may mark it."""
        if ids:
            self.env.cr.execute(add_marks(queue, ids))
            self.invalidate_model()

    @api.model
    def _peek(self, queue, limit=None):
        """Return up to ``limit`` distinct marked ids of ``queue``, oldest mark first."""
        # marks belong to the run, whoever started it
        rows = self.sudo()._read_group(
            [("queue", "=", queue)], ["res_id"], ["id:min"], order="id:min", limit=limit
        )
        return [res_id for res_id, _first in rows]

    @api.model
    def _take(self, queue, ids):
        """Remove the marks of ``ids`` that this transaction sees; later ones stay."""
        if ids:
            self.env.cr.execute(remove_marks(queue, ids))
            self.invalidate_model()
