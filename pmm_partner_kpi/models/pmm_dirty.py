from odoo import api, fields, models

from ..queries.dirty_marks import add_marks, count_marks, oldest_marks, remove_marks


class PmmDirty(models.Model):
    """What changed and must be looked at by the next run: keys only, no figures.

    Marks are appended, never merged: a mark that is written while a run takes the earlier
    ones must survive it, which ``ON CONFLICT DO NOTHING`` would not guarantee.
    """

    _name = "pmm.dirty"
    _description = "Change to be Processed"
    _log_access = False

    _queue_idx = models.Index("(queue, res_id)")  # taking, counting
    _oldest_idx = models.Index("(queue, id)")  # the next batch

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
        """Return up to ``limit`` distinct marked ids of ``queue``, oldest mark first.

        With a limit only so many marks are read, however many wait.
        """
        self.flush_model()
        rows = self.env.execute_query(oldest_marks(queue, limit))
        return [res_id for [res_id] in rows]

    @api.model
    def _count(self, queues):
        """Return how many ids are marked in these queues."""
        self.flush_model()
        [[count]] = self.env.execute_query(count_marks(queues))
        return count

    @api.model
    def _take(self, queue, ids):
        """Remove the marks of ``ids`` that this transaction sees; later ones stay."""
        if ids:
            self.env.cr.execute(remove_marks(queue, ids))
            self.invalidate_model()
