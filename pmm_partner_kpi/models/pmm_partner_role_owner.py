from markupsafe import Markup

from odoo import api, models
from odoo.exceptions import AccessError, UserError
from odoo.fields import Domain
from odoo.tools import email_normalize


class PmmPartnerRole(models.Model):
    """What owners of a partner company do with the roles of their own people."""

    _inherit = "pmm.partner.role"

    @api.model
    def _company_of_owner(self):
        """Return the company of which the logged-in person is an owner, with more rights.

        Raise AccessError where there is none. The role is asked for in the database each time.
        """
        company = self.env.user.commercial_partner_id
        # people may know their own roles without seeing those of others
        own = self.sudo().search_count(
            [
                ("contact_id", "=", self.env.user.partner_id.id),
                ("partner_id", "=", company.id),
                ("role", "=", "owner"),
            ],
            limit=1,
        )
        if not own or not self.env.user._is_portal():
            raise AccessError(self.env._("Only owners of a partner company give roles there."))
        # the owner's own company: checked just now
        return company.sudo()

    @api.model
    def _people_of(self, company):
        """Return the people of ``company`` who may have a role there."""
        people = company.search(
            Domain("commercial_partner_id", "=", company.id)
            & Domain("type", "=", "contact")
            & (Domain("is_company", "=", False) | Domain("user_ids", "!=", False))
        )
        # an address that was given a role is shown, too; the caller has checked the owner
        holders = self.sudo().search([("partner_id", "=", company.id)]).contact_id
        return (people | holders).sorted(lambda person: (person.name or "", person.id))

    @api.model
    def _set_roles(self, contact_id, wanted):
        """Let the person have exactly the roles ``wanted``, as an owner of the company says."""
        company = self._company_of_owner()
        contact = self._people_of(company).filtered(lambda person: person.id == contact_id)
        if not contact:
            raise AccessError(self.env._("This person does not work for your company."))
        wanted = set(wanted) & set(dict(self._fields["role"].selection))
        # the company's own roles; its owner was checked
        roles = self.sudo().search([("partner_id", "=", company.id)])
        owners = roles.filtered(lambda role: role.role == "owner")
        # two owners who take each other's role at once: one of them has to look again
        owners.lock_for_update()
        known = roles.filtered(lambda role: role.contact_id == contact)
        gone = known.filtered(lambda role: role.role not in wanted)
        if owners and owners <= gone:
            raise UserError(
                self.env._("%s is the last owner. Make another person owner first.", contact.name)
            )
        new = wanted - set(known.mapped("role"))
        before = known._labels()
        gone.unlink()
        # as above
        Role = self.sudo()
        Role.create([{"contact_id": contact.id, "role": role} for role in sorted(new)])
        after = Role.search([("contact_id", "=", contact.id)])._labels()
        if before != after:
            self._tell(company, contact, before, after)

    @api.model
    def _add_person(self, name, email, wanted):
        """Make a contact of the owner's company, with these roles, and return it."""
        company = self._company_of_owner()
        name, address = (name or "").strip(), email_normalize(email or "")
        if not name or not address:
            raise UserError(self.env._("Enter the name and a complete e-mail address."))
        same = company.with_context(active_test=False).search(
            [("commercial_partner_id", "=", company.id), ("email_normalized", "=", address)],
            limit=1,
        )
        if same:
            raise UserError(
                self.env._(
                    "%(email)s is the address of %(person)s already. Give the roles there.",
                    email=address,
                    person=same.name,
                )
            )
        contact = company.create(
            {
                "name": name,
                "email": address,
                "parent_id": company.id,
                "is_company": False,
                "company_id": company.company_id.id,
                "lang": company.lang or self.env.lang,
            }
        )
        self._set_roles(contact.id, wanted)
        return contact

    def _labels(self):
        labels = dict(self._fields["role"]._description_selection(self.env))
        return ", ".join(labels[role] for role in labels if role in self.mapped("role"))

    @api.model
    def _tell(self, company, contact, before, after):
        """Note on the enrolments what changed, and ask for portal access where it lacks."""
        # the enrolments of the owner's own company
        enrollments = self.env["pmm.enrollment"].sudo().search([("partner_id", "=", company.id)])
        enrollments = enrollments.filtered(lambda e: e._state_now() != "ended")
        nothing = self.env._("none")
        for enrollment in enrollments:
            enrollment.message_post(
                body=Markup("%s: %s → %s")
                % (
                    self.env._("Roles of %s, changed by the partner", contact.name),
                    before or nothing,
                    after or nothing,
                ),
                subtype_xmlid="mail.mt_note",
            )
        # a user of any company counts
        if after and not contact.with_context(active_test=False).user_ids:
            enrollments[:1]._ask_for_portal_access(contact)
