from odoo.tests import tagged

from .common import PmmCommon


@tagged("post_install", "-at_install")
class TestCompanyOfChoice(PmmCommon):
    """X15: what gives a record its company can be chosen while it has none yet."""

    def test_no_field_waits_for_the_company_that_it_gives(self):
        """DESIGN 6: a related company is empty on a new record; its source must not ask for it."""
        names = self.env["ir.model"].search([("model", "=like", "pmm.%")]).mapped("model")
        found = []
        for name in names:
            company = self.env[name]._fields.get("company_id")
            if company is not None and company.related:
                source = self.env[name]._fields[company.related.split(".")[0]]
                if getattr(source, "check_company", False):
                    found.append(f"{name}.{source.name}")
        self.assertFalse(found)
