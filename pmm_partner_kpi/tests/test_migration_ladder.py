import importlib.util
from pathlib import Path

from odoo.tests import tagged
from odoo.tools import SQL

from .common import PmmCommon

SCRIPT = Path(__file__).parents[1] / "migrations" / "19.0.1.1.0" / "post-migrate.py"


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
        spec = importlib.util.spec_from_file_location("ladder_migration", SCRIPT)
        script = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(script)
        for _time in range(2):
            script.migrate(self.cr, "19.0.1.0.0")
            self.env.invalidate_all()
            self.assertEqual(self.program._tier_grades().mapped("name"), ["Silver", "Gold"])
        self.assertEqual(self.program.tier_ids.company_id, self.company)
        self.assertEqual(self.program.grade_ids, self.gold | self.silver)
