from odoo import api, fields, models
from odoo.fields import Domain

from ..queries.portal_visits import add_visits, drop_twice_visited

KEPT_YEARS = 3


class PmmPortalVisit(models.Model):
    """A day on which a person of a partner company looked at the pages of its programme.

    Odoo keeps no history of log-ins. Nothing but the day is kept, only while the company takes
    part, for three years; it goes with the contact.
    """

    _name = "pmm.portal.visit"
    _description = "Visit of the Programme's Portal Pages"
    _order = "day desc, id desc"
    _log_access = False
    _rec_name = "contact_id"

    _once_a_day = models.Constraint(
        "UNIQUE(program_id, contact_id, day)", "A person is noted once a day."
    )
    _company_partner_idx = models.Index("(company_id, partner_id)")  # the KPI source

    program_id = fields.Many2one(
        "pmm.program", string="Programme", required=True, readonly=True, ondelete="cascade"
    )
    company_id = fields.Many2one("res.company", required=True, readonly=True, ondelete="cascade")
    partner_id = fields.Many2one(
        "res.partner",
        required=True,
        readonly=True,
        index=True,
        ondelete="cascade",
        help="The company for which the person worked that day.",
    )
    contact_id = fields.Many2one(
        "res.partner",
        string="Person",
        required=True,
        readonly=True,
        index=True,
        ondelete="cascade",
    )
    day = fields.Date(
        required=True, readonly=True, index=True, help="In the programme's time zone."
    )

    @api.model
    def _note(self, enrollments):
        """Note that the logged-in portal user looks at the pages of ``enrollments`` today."""
        user = self.env.user
        # colleagues of ours who look at a partner's page are no visitors
        if not user._is_portal():
            return
        wanted = {(program.id, program._today()) for program in enrollments.program_id}
        # portal users have no rights on visits
        known = self.sudo().search(
            Domain("contact_id", "=", user.partner_id.id)
            & Domain("program_id", "in", enrollments.program_id.ids)
            & Domain("day", "in", [day for _program, day in wanted])
        )
        missing = wanted - {(visit.program_id.id, visit.day) for visit in known}
        if missing:
            self._add(add_visits(sorted(missing), user.partner_id, user.commercial_partner_id))

    @api.model
    def _add(self, statement):
        """Run ``statement``; the pages are read from a replica, which takes none."""
        cr = self.env.cr
        if not cr.readonly:
            cr.execute(statement)
            return
        # as res.device does: nothing was written yet, and nothing that was read is lost
        cr.rollback()
        with self.env.registry.cursor() as writing:
            writing.execute(statement)

    @api.model
    def _merge_people(self, sources, person):
        """Drop what ``person`` would have twice once ``sources`` are merged into it."""
        self.flush_model()
        self.env.cr.execute(drop_twice_visited(sources, person))
        self.invalidate_model()

    @api.autovacuum
    def _gc_visits(self, batch=10000):
        """Remove visits of more than three years ago; results that were measured stay."""
        day = fields.Date.subtract(fields.Date.today(), years=KEPT_YEARS)
        old = self.search([("day", "<", day)], limit=batch)
        old.unlink()
        return len(old), len(old) == batch
