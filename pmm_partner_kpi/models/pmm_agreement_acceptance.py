from odoo import api, fields, models


class PmmAgreementAcceptance(models.Model):
    """Who accepted which version of an agreement for an enrolment, and what they had read."""

    _name = "pmm.agreement.acceptance"
    _inherit = ["pmm.append.only"]
    _description = "Acceptance of an Agreement"
    _order = "accepted_at desc, id desc"
    _rec_name = "typed_name"

    _once = models.UniqueIndex(
        "(agreement_id, enrollment_id)", "This agreement has been accepted already."
    )

    agreement_id = fields.Many2one(
        "pmm.agreement", required=True, readonly=True, ondelete="restrict"
    )
    enrollment_id = fields.Many2one(
        "pmm.enrollment",
        string="Enrolment",
        required=True,
        readonly=True,
        index=True,
        ondelete="restrict",
    )
    company_id = fields.Many2one(related="enrollment_id.company_id")
    contact_id = fields.Many2one("res.partner", string="Person", readonly=True, ondelete="restrict")
    user_id = fields.Many2one("res.users", readonly=True, ondelete="restrict")
    typed_name = fields.Char(string="Accepted by", required=True, readonly=True)
    accepted_at = fields.Datetime(
        string="Accepted on", required=True, readonly=True, default=fields.Datetime.now
    )
    lang = fields.Char(string="Language", readonly=True)
    digest = fields.Char(
        string="Checksum",
        required=True,
        readonly=True,
        help="SHA-256 of the text in that language, then the checksum of the PDF.",
    )

    @api.model
    def _vals_of(self, agreement, typed_name):
        """Return what the logged-in person accepts now, without the enrolment."""
        return {
            "agreement_id": agreement.id,
            "contact_id": self.env.user.partner_id.id,
            "user_id": self.env.uid,
            "typed_name": typed_name,
            "accepted_at": fields.Datetime.now(),
            "lang": self.env.lang or "en_US",
            "digest": agreement.with_context(lang=self.env.lang)._digest(),
        }
