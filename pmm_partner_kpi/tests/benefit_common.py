from odoo.fields import Command

from .common import PmmCommon


class BenefitCommon(PmmCommon):
    """A ladder Silver → Gold whose tiers give pricelists and promises. No mails, unless asked."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.program.tier_mails = False
        cls.silver_list, cls.gold_list, cls.own_list = cls.env["product.pricelist"].create(
            [{"name": n, "company_id": cls.company.id} for n in ("Silver", "Gold", "Special")]
        )
        cls.silver_rung, cls.gold_rung = cls._ladder(cls.program, cls.silver_list, cls.gold_list)
        cls._settle()

    @classmethod
    def _ladder(cls, program, silver_list, gold_list):
        """Return the rungs Silver and Gold of ``program``, which give these pricelists."""
        return cls.env["pmm.program.tier"].create(
            [
                {
                    "program_id": program.id,
                    "grade_id": grade.id,
                    "sequence": sequence,
                    "benefit_ids": [
                        Command.create({"kind": "pricelist", "pricelist_id": pricelist.id})
                        for pricelist in pricelists
                    ],
                }
                for grade, sequence, pricelists in (
                    (cls.silver, 10, silver_list),
                    (cls.gold, 20, gold_list),
                )
            ]
        )

    @classmethod
    def _settle(cls):
        """Do what waits for the end of the transaction."""
        cls.env.cr.flush()

    @classmethod
    def _tier(cls, enrollment, grade, start="2026-01-01", stop=False, **vals):
        tier = cls.env["pmm.enrollment.tier"].create(
            {
                "enrollment_id": enrollment.id,
                "grade_id": grade.id,
                "date_start": start,
                "date_stop": stop,
                **vals,
            }
        )
        cls._settle()
        return tier

    @classmethod
    def _write(cls, records, **vals):
        records.write(vals)
        cls._settle()

    @classmethod
    def _other_program(cls, name="Distributors", **vals):
        return cls.env["pmm.program"].create(
            {
                "name": name,
                "company_id": cls.company.id,
                "date_start": "2026-01-01",
                "tz": "UTC",
                "tier_mails": False,
                **vals,
            }
        )

    def _pricelist(self, partner, company=None):
        partner = partner.with_company(company or self.company)
        return partner.specific_property_product_pricelist

    def assertHas(self, partner, pricelist, grade=None):
        """Assert the pricelist of ``partner``, and its level where one is named."""
        self.env.invalidate_all()
        pricelist = pricelist or self.env["product.pricelist"]
        self.assertEqual(self._pricelist(partner), pricelist)
        if grade is not None:
            self.assertEqual(partner.grade_id, grade or self.env["res.partner.grade"])

    def _grants(self, partner, kind="pricelist"):
        """Return [(given, before, from, ended on)] of ``partner``, the first one first."""
        grants = self.env["pmm.benefit.grant"].search(
            [("partner_id", "=", partner.id), ("kind", "=", kind)], order="id"
        )
        return [
            (g.applied_text, g.before_text, str(g.granted_on), str(g.ended_on or ""))
            for g in grants
        ]

    def _notes(self, record):
        """Return the words of the messages on ``record``, the newest first."""
        return " | ".join(str(message.body) for message in record.message_ids)
