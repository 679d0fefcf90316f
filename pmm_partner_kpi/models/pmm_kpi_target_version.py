from odoo import api, fields, models


class PmmKpiTargetVersion(models.Model):
    """What a target was from a change on; the last version of a key is what holds."""

    _name = "pmm.kpi.target.version"
    _description = "Version of a Target"
    _order = "id desc"
    _log_access = False

    _one_number = models.UniqueIndex(
        "(enrollment_id, kpi_id, period_id, number)",
        "This target has just been changed by somebody else. Load it again.",
    )

    enrollment_id = fields.Many2one(
        "pmm.enrollment", string="Partner", required=True, readonly=True, ondelete="cascade"
    )
    kpi_id = fields.Many2one(
        "pmm.kpi.definition", string="KPI", required=True, readonly=True, ondelete="restrict"
    )
    period_id = fields.Many2one("pmm.period", required=True, readonly=True, ondelete="cascade")
    company_id = fields.Many2one(
        "res.company", required=True, readonly=True, index=True, ondelete="restrict"
    )
    number = fields.Integer(string="Version", required=True, readonly=True, aggregator=None)
    change_id = fields.Many2one(
        "pmm.target.change", required=True, readonly=True, ondelete="restrict"
    )
    _change_idx = models.Index("(change_id)")  # undo, and the list of a change
    kind = fields.Selection(related="change_id.kind")
    reason = fields.Char(related="change_id.reason")
    changed_at = fields.Datetime(related="change_id.create_date", string="Changed on")
    changed_by_id = fields.Many2one(related="change_id.create_uid", string="Changed by")
    # readers of targets need not see how KPIs are defined
    unit = fields.Selection(related="kpi_id.unit", related_sudo=True)
    currency_id = fields.Many2one("res.currency", compute="_compute_currency_id")
    is_removed = fields.Boolean(string="Removed", readonly=True)
    threshold = fields.Float(digits=(20, 4), readonly=True, aggregator=None)
    value = fields.Float(string="Target", digits=(20, 4), readonly=True, aggregator=None)
    stretch = fields.Float(digits=(20, 4), readonly=True, aggregator=None)
    by_hand = fields.Boolean(readonly=True)

    @api.depends("enrollment_id", "kpi_id")
    def _compute_currency_id(self):
        for version in self:
            version.currency_id = version.kpi_id._currency(version.enrollment_id.program_id)
