class FactsCommon:
    """Facts that are no sales: meetings, activities, visits. Mix it in before PmmCommon."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        # works for this company only, as most people do
        cls.clerk = cls._user("clerk of ours", "base.group_user")

    @classmethod
    def _contact(cls, name, company):
        return cls.env["res.partner"].create({"name": name, "parent_id": company.id})

    @classmethod
    def _meeting(cls, people, start, stop=None, **vals):
        """Return a meeting (UTC) with ``people``, by default of no length."""
        return cls.env["calendar.event"].create(
            {
                "name": "Review",
                "start": start,
                "stop": stop or start,
                "user_id": cls.clerk.id,
                "partner_ids": people.ids,
                **vals,
            }
        )

    @classmethod
    def _done_activity(cls, record, day, moment=None, **vals):
        """Return an activity on ``record`` that was done on ``day``, at ``moment`` (UTC)."""
        activity = cls.env["mail.activity"].create(
            {
                "res_model_id": cls.env["ir.model"]._get_id(record._name),
                "res_id": record.id,
                "summary": "Call",
                "user_id": cls.clerk.id,
                **vals,
            }
        )
        activity.action_feedback(feedback="Talked")
        cls.env.flush_all()
        # what Odoo writes when it is done follows the real clock
        cls.env.cr.execute(
            "UPDATE mail_activity SET date_done = %s, write_date = %s WHERE id = %s",
            [day, moment or f"{day} 12:00:00", activity.id],
        )
        cls.env.invalidate_all()
        return activity

    @classmethod
    def _visit(cls, contact, day, program=None):
        """Return the visit of ``contact`` on ``day``."""
        program = program or cls.program
        return (
            cls.env["pmm.portal.visit"]
            .sudo()
            .create(
                {
                    "program_id": program.id,
                    "company_id": program.company_id.id,
                    "partner_id": contact.commercial_partner_id.id,
                    "contact_id": contact.id,
                    "day": day,
                }
            )
        )

    def _actuals(self, kpi, enrollment=None, run=True):
        """Run the programme; return {period: actual} of the results with data, 0 left out."""
        if run:
            self.program._run()
        results = self.env["pmm.kpi.measurement"].search(
            [
                ("enrollment_id", "=", (enrollment or self.acme_in).id),
                ("kpi_id", "=", kpi.id),
                ("has_actual", "=", True),
            ]
        )
        always = kpi._source()._void_value(kpi) is None
        return {r.period_id.name: r.actual for r in results if r.actual or always}

    def _facts_of(self, kpi, period, enrollment=None):
        """Return the records that the button on a result opens."""
        result = self._measurement(enrollment or self.acme_in, period, kpi)
        action = result.action_view_credits()
        Model = self.env[action["res_model"]].with_context(**action["context"])
        return Model.search(action["domain"])
