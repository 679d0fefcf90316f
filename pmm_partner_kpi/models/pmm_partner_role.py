from odoo import api, fields, models
from odoo.exceptions import ValidationError


class PmmPartnerRole(models.Model):
    """What a person of a partner company may see there."""

    _name = "pmm.partner.role"
    _description = "Role in a Partner Company"
    _order = "partner_id, role, contact_id"

    _one_role_once = models.Constraint(
        "UNIQUE(contact_id, role)", "This person already has this role."
    )

    contact_id = fields.Many2one(
        "res.partner", string="Person", required=True, ondelete="cascade", index=True
    )
    partner_id = fields.Many2one(
        related="contact_id.commercial_partner_id",
        string="Partner",
        store=True,
        index=True,
        ondelete="cascade",
    )
    role = fields.Selection(
        [("owner", "Owner"), ("finance", "Finance"), ("sales", "Sales"), ("learner", "Learner")],
        required=True,
        default="sales",
        help="Owners and finance see money; sales sees targets and results; learners see courses.",
    )
    sees_money = fields.Boolean(compute="_compute_sees_money")

    @api.depends("role")
    def _compute_sees_money(self):
        for role in self:
            role.sees_money = role.role in ("owner", "finance")

    @api.depends("contact_id.name", "role")
    def _compute_display_name(self):
        labels = dict(self._fields["role"]._description_selection(self.env))
        for role in self:
            role.display_name = f"{role.contact_id.name} ({labels.get(role.role)})"

    @api.model
    def _of_user(self):
        """Return the roles of the logged-in person, a set of str."""
        # people may know their own roles without seeing those of others
        own = self.sudo().search([("contact_id", "=", self.env.user.partner_id.id)])
        return set(own.mapped("role"))

    @api.constrains("contact_id")
    def _check_person(self):
        for role in self:
            if role.contact_id.is_company and role.contact_id.parent_id:
                raise ValidationError(
                    self.env._(
                        "%(contact)s is a company. Roles are for the people in it.",
                        contact=role.contact_id.display_name,
                    )
                )

    @api.model
    def _merge_people(self, sources, person):
        """Hand the roles of ``sources`` to ``person``, each once and in its own company only."""
        companies = sources | person.commercial_partner_id
        known = set(self.search([("contact_id", "=", person.id)]).mapped("role"))
        for role in self.search([("contact_id", "in", sources.ids)], order="id"):
            # a role was given in one company
            if role.partner_id not in companies or role.role in known:
                role.unlink()
            else:
                known.add(role.role)
