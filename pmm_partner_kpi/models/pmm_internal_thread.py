from odoo import models


class PmmInternalThread(models.AbstractModel):
    """A chatter of our own people on a record that partners may read."""

    _name = "pmm.internal.thread"
    _inherit = ["mail.thread"]
    _description = "Chatter for Employees Only"

    def _mail_get_operation_for_mail_message_operation(self, message_operation):
        """Let people of partner companies read only the messages that were sent to them."""
        if self.env.user._is_internal():
            return super()._mail_get_operation_for_mail_message_operation(message_operation)
        # nobody of them may write here
        return dict.fromkeys(self, "write")
