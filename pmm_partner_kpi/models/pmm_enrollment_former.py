from odoo import fields, models


class PmmEnrollmentFormer(models.Model):
    """Until a day an enrolment was that of a partner that has since been merged into another.

    Up to that day it goes on counting what was that partner's (see queries/enrollment_days.py).
    """

    _name = "pmm.enrollment.former"
    _description = "Former Partner of an Enrolment"
    _order = "enrollment_id, date_stop"

    _one_per_day = models.Constraint(
        "UNIQUE(enrollment_id, date_stop)", "An enrolment was one partner's at a time."
    )

    enrollment_id = fields.Many2one(
        "pmm.enrollment", string="Enrolment", required=True, readonly=True, ondelete="cascade"
    )
    company_id = fields.Many2one(related="enrollment_id.company_id", store=True, index=True)
    former_ref = fields.Integer(string="Partner number", required=True, readonly=True)
    name = fields.Char(string="Partner", readonly=True)
    date_stop = fields.Date(string="Ends before", required=True, readonly=True)
