from odoo import api, fields, models

# what decides whether, when and for which company a lead is won
DECIDES = {"active", "company_id", "date_closed", "probability", "stage_id", "team_id", "user_id"}
ASSIGNS = {"date_partner_assign", "partner_assigned_id"}


class CrmLead(models.Model):
    """Which partners have had a lead, and how they answered, for KPIs."""

    _inherit = "crm.lead"

    pmm_won_at = fields.Datetime(
        string="Won at",
        readonly=True,
        copy=False,
        help="When it was closed as won; archiving it later changes Odoo's closing date.",
    )

    @api.model_create_multi
    def create(self, vals_list):
        leads = super().create(vals_list)
        leads._pmm_note_assignments()
        return leads

    def write(self, vals):
        # Odoo adds to the values that it is given
        assigns, decides = ASSIGNS & vals.keys(), DECIDES & vals.keys()
        by_hand, dated = vals.get("date_partner_assign"), "date_closed" in vals
        result = super().write(vals)
        if assigns:
            self._pmm_note_assignments(by_hand=by_hand)
        if decides:
            self._pmm_note_won(dated)
            self._pmm_assignments()._mark_measured()
        return result

    def unlink(self):
        partners = self._pmm_assignments().partner_id
        result = super().unlink()
        # the assignments went with their leads in the database, past the ORM
        self.env["pmm.enrollment"]._mark_companies_to_measure(partners.exists())
        return result

    def _merge_dependences(self, opportunities):
        """Hand on where the merged leads were."""
        result = super()._merge_dependences(opportunities)
        now = fields.Datetime.now()
        present = self._pmm_assignments().filtered(lambda row: not row.left_at)
        for row in opportunities._pmm_assignments().sorted("id"):
            vals = {"lead_id": self.id}
            if not row.left_at and present:
                vals["left_at"] = now
            elif not row.left_at:
                present = row
            row.write(vals)
        return result

    # === WHERE IT IS === #

    def _pmm_assignments(self):
        # whoever works on a lead need know nothing of partner programmes
        return self.env["pmm.lead.assignment"].sudo().search([("lead_id", "in", self.ids)])

    def _pmm_note_assignments(self, by_hand=None):
        """Bring the assignments up to date after leads were made or given to other partners."""
        present = {row.lead_id: row for row in self._pmm_assignments() if not row.left_at}
        # whoever works on a lead need know nothing of partner programmes
        Assignment = self.env["pmm.lead.assignment"].sudo()
        left, vals_list = Assignment, []
        # the company of a partner may be one that the user does not see
        for lead in self.sudo():
            partner = lead.partner_assigned_id.commercial_partner_id
            row = present.get(lead)
            if row and row.partner_id == partner:
                if by_hand:
                    row.assigned_on = lead._pmm_day_by_hand(row.assigned_at)
                continue
            if row:
                left |= row
            if partner:
                vals_list.append(lead._prepare_pmm_assignment(partner))
        if left:
            left.write({"left_at": fields.Datetime.now()})
            left.flush_recordset(["left_at"])
        Assignment.create(vals_list)

    def _prepare_pmm_assignment(self, partner):
        now = fields.Datetime.now()
        return {
            "lead_id": self.id,
            "partner_id": partner.id,
            "assigned_at": now,
            "assigned_on": self._pmm_day_by_hand(now),
            # partners make opportunities on their pages only, and only for themselves
            "is_own": self.env.user.share
            and self.env.user.partner_id.commercial_partner_id == partner,
        }

    def _pmm_day_by_hand(self, assigned_at):
        """Return the day of the assignment if it is not the one that Odoo itself enters."""
        day = self.date_partner_assign
        odoo_day = assigned_at and fields.Datetime.context_timestamp(self, assigned_at).date()
        return day if day != odoo_day else False

    def _pmm_note_won(self, dated=False):
        """Keep when these leads were won; ``dated``: they were given a closing date just now."""
        won = self.filtered(lambda lead: lead.won_status == "won")
        for lead in won:
            if (dated or not lead.pmm_won_at) and lead.pmm_won_at != lead.date_closed:
                lead.pmm_won_at = lead.date_closed
        (self - won).filtered("pmm_won_at").pmm_won_at = False

    # === HOW THE PARTNER ANSWERS === #

    def _pmm_present(self, author):
        """Return the assignments of these leads to the company of the person ``author``."""
        company = author.commercial_partner_id
        return self._pmm_assignments().filtered(
            lambda row: not row.left_at and row.partner_id == company
        )

    def _pmm_worked_on(self, accepts=True):
        """Note that the user has worked on these leads for the partner that has them.

        An opportunity has no button to accept it: who works on it has accepted it.
        """
        for row in self._pmm_present(self.env.user.partner_id):
            accepted = accepts and row.lead_id.type == "opportunity"
            row._answer(*(["accepted_at"] if accepted else []))

    def _message_post_after_hook(self, message, msg_vals):
        result = super()._message_post_after_hook(message, msg_vals)
        if message.author_id and message.message_type in ("comment", "email"):
            self._pmm_present(message.author_id)._answer()
        return result

    def partner_interested(self, comment=False):
        """Note that the partner has accepted these leads."""
        present = self._pmm_present(self.env.user.partner_id)
        result = super().partner_interested(comment)
        present._answer("accepted_at")
        return result

    def partner_desinterested(self, comment=False, contacted=False, spam=False):
        """Note that the partner has declined these leads; they leave it."""
        present = self._pmm_present(self.env.user.partner_id)
        result = super().partner_desinterested(comment, contacted, spam)
        present._answer("declined_at")
        return result

    def update_lead_portal(self, values):
        """Note that the partner works on these leads."""
        result = super().update_lead_portal(values)
        self._pmm_worked_on()
        return result

    def update_stage_from_portal(self, stage_id):
        """Note that the partner works on these leads."""
        result = super().update_stage_from_portal(stage_id)
        self._pmm_worked_on()
        return result

    def update_contact_details_from_portal(self, values):
        """Note that the partner works on these leads."""
        result = super().update_contact_details_from_portal(values)
        self._pmm_worked_on(accepts=False)
        return result
