from odoo import fields, models

from ..queries.course_progress import course_progress


class PmmCourseProgress(models.Model):
    """How far a person of an enrolled partner company is in a course of the programme."""

    _name = "pmm.course.progress"
    _description = "Course Progress"
    _auto = False
    _rec_name = "contact_id"
    _order = "partner_id, contact_id, channel_id, id"
    _depends = {
        "pmm.enrollment": ["company_id", "date_start", "date_stop", "partner_id", "user_id"],
        "pmm.enrollment.suspension": ["date_start", "date_stop", "enrollment_id"],
        "pmm.program": ["active", "tz"],
        "res.partner": ["active", "commercial_partner_id"],
        "slide.channel": ["active"],
        "slide.channel.partner": ["active", "completion", "member_status", "partner_id"],
        "slide.slide": ["active", "channel_id", "survey_id"],
        "survey.user_input": [
            "end_datetime",
            "partner_id",
            "scoring_success",
            "state",
            "test_entry",
        ],
    }

    program_id = fields.Many2one("pmm.program", string="Programme", readonly=True)
    enrollment_id = fields.Many2one("pmm.enrollment", string="Enrolment", readonly=True)
    company_id = fields.Many2one("res.company", readonly=True)
    partner_id = fields.Many2one("res.partner", readonly=True)
    user_id = fields.Many2one("res.users", string="Account manager", readonly=True)
    contact_id = fields.Many2one("res.partner", string="Person", readonly=True)
    channel_id = fields.Many2one("slide.channel", string="Course", readonly=True)
    state = fields.Selection(
        [
            ("invited", "Invited"),
            ("joined", "Not begun"),
            ("ongoing", "Under way"),
            ("completed", "Finished"),
        ],
        string="Status",
        readonly=True,
    )
    completion = fields.Integer(string="Progress, %", aggregator="avg", readonly=True)
    certified_on = fields.Date(
        string="Certified on",
        readonly=True,
        help="Day on which the person last passed a certification of the course.",
    )

    @property
    def _table_query(self):
        return course_progress(fields.Datetime.now())
