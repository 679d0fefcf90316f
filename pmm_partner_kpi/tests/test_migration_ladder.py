import importlib.util
from pathlib import Path

from odoo.tests import tagged
from odoo.tools import SQL

from .common import PmmCommon

SCRIPTS = Path(__file__).parents[1] / "migrations" / "19.0.1.1.0"


@tagged("post_install", "-at_install")
class TestMigrationLadder(PmmCommon):
    """Upgrade to 19.0.1.1.0: the tiers of a programme become rungs of its ladder."""

    def test_tiers_become_rungs(self):
        """T2: the best tier of Odoo's list is the highest rung; twice makes nothing twice."""
        (self.silver.sequence, self.gold.sequence) = (20, 10)
        self.env.flush_all()
        old = SQL.identifier("pmm_program_res_partner_grade_rel")
        self.cr.execute(SQL("CREATE TABLE %s (pmm_program_id int, res_partner_grade_id int)", old))
        for grade in self.gold | self.silver:
            self.cr.execute(SQL("INSERT INTO %s VALUES (%s, %s)", old, self.program.id, grade.id))
        script = self._script("post-migrate")
        for _time in range(2):
            script.migrate(self.cr, "19.0.1.0.0")
            self.env.invalidate_all()
            self.assertEqual(self.program._tier_grades().mapped("name"), ["Silver", "Gold"])
        self.assertEqual(self.program.tier_ids.company_id, self.company)
        self.assertEqual(self.program.grade_ids, self.gold | self.silver)

    def test_tiers_of_today_are_no_news(self):
        """T11: partners are not mailed about a tier that they had before the upgrade."""
        self.env["pmm.enrollment.tier"].create(
            {"enrollment_id": self.acme_in.id, "grade_id": self.gold.id, "date_start": "2026-01-01"}
        )
        self.env.flush_all()
        self.cr.execute(SQL("UPDATE pmm_enrollment SET told_grade_id = NULL"))
        self._script("pre-migrate").migrate(self.cr, "19.0.1.0.0")
        self.env.invalidate_all()
        self.assertEqual(self.acme_in.told_grade_id, self.gold)
        self.assertFalse(self.bolt_in.told_grade_id)

    def _script(self, name):
        spec = importlib.util.spec_from_file_location("migration", SCRIPTS / f"{name}.py")
        script = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(script)
        return script
