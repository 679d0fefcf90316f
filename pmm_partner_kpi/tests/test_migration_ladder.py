import importlib.util
from pathlib import Path
from unittest.mock import patch

from odoo.tests import freeze_time, tagged
from odoo.tools import SQL

from ..queries.no_sales import NO_SALES
from .common import PmmCommon

MIGRATIONS = Path(__file__).parents[1] / "migrations"


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
        return script_of("19.0.1.1.0", name)


@tagged("post_install", "-at_install")
@freeze_time("2026-04-15")
class TestMigrationCredits(PmmCommon):
    """Upgrade to 19.0.1.2.0: what was credited before stays credited."""

    def _addons(self, *names):
        """Let these be the addons that are installed, and upgrade."""
        self.cr.execute(
            SQL("UPDATE ir_module_module SET state = 'installed' WHERE name = ANY(%s)", list(names))
        )
        self.cr.execute(
            SQL(
                "UPDATE ir_module_module SET state = 'uninstalled'"
                " WHERE name IN ('delivery', 'sale_loyalty', 'pmm_offers') AND name <> ALL(%s)",
                list(names),
            )
        )
        script_of("19.0.1.2.0", "post-credits").migrate(self.cr, "19.0.1.1.0")
        self.env.registry.clear_all_caches()
        return [
            bool(self.env["ir.config_parameter"].get_param(f"pmm_partner_kpi.{key}_credited_until"))
            for key in ("delivery", "rewards")
        ]

    def test_for_which_addons(self):
        """K4: the addon for offers left out rewards before; nothing is noted without credits."""
        every = ("delivery", "sale_loyalty")
        self.assertEqual(self._addons(*every), [False, False])
        self._invoice(self.acme, "2026-02-04", 100)
        self.program._run()
        self.assertEqual(self._addons(), [False, False])
        self.assertEqual(self._addons("sale_loyalty", "pmm_offers"), [False, False])
        self.assertEqual(self._addons("delivery"), [True, False])
        self.assertEqual(self._addons(*every), [True, True])

    def test_credited_delivery_stays(self):
        """K4, K11: of invoices from before, and what reverses them; of new ones it is no sale."""
        if "is_delivery" not in self.env["sale.order.line"]._fields:
            # stand in for the addon: its column is all that is read
            self.cr.execute(SQL("ALTER TABLE sale_order_line ADD is_delivery boolean"))
        excluded = patch.object(
            type(self.env["pmm.credit"]),
            "_excluded_sale_lines",
            lambda self: [NO_SALES["is_delivery"]],
        )
        before = self._delivered()
        with patch.object(type(self.env["pmm.credit"]), "_excluded_sale_lines", lambda self: []):
            self.program._run()
        self._addons("delivery")
        with excluded:
            self._delivered()
            self.assertNothingToMend()
            self.assertEqual(self._stage("invoiced").mapped("amount"), [100, 9, 100])
            before._reverse_moves([{"invoice_date": "2026-02-06"}], cancel=False).action_post()
            self.assertNothingToMend()
        self.assertEqual(self._stage("invoiced").mapped("amount"), [100, 9, 100, -100, -9])

    def test_units_that_were_none(self):
        """K4, K11: units of discounts are taken off; no figure of a closed period counted them."""
        self._invoice(self.acme, "2026-02-04", (self.pump, 10, 100), (self.valve, 1, -100))
        self.program._run()
        self._write_credits("UPDATE pmm_credit SET quantity = 1 WHERE amount < 0")
        self._close("2026-01", "2026-02")
        self._addons()
        self.program._run()
        found = [(c.quantity, c.amount, c.reason) for c in self._stage("invoiced")]
        self.assertEqual(found, [(10, 1000, "new"), (1, -100, "new"), (-1, 0, "changed")])
        self.assertFalse(self.env["pmm.kpi.restatement"].search([]))
        self.assertResult(self.acme_in, "2026-02", 900)
        self.assertNothingToMend()

    def test_returns_of_before(self):
        """K12: what comes back in a credit note is marked, the rest of a final invoice is not."""
        for lines in ([(self.pump, 5, 100), (self.valve, -2, 10)], [(self.pump, 5, 100)]):
            self._invoice(self.acme, "2026-02-04", *lines, move_type="out_refund")
        self._refund(self._invoice(self.acme, "2026-02-04", 100), "2026-02-05")
        self.program._run()
        said = self._stage("invoiced").mapped("is_return")
        self.assertEqual(said, [True, False, True, False, True])
        self._write_credits("UPDATE pmm_credit SET is_return = FALSE")
        script_of("19.0.1.2.0", "pre-credits").migrate(self.cr, "19.0.1.1.0")
        self.env.invalidate_all()
        self.assertEqual(self._stage("invoiced").mapped("is_return"), said)
        self.assertNothingToMend()

    def _write_credits(self, update):
        """Make the credits what an older version had written."""
        self.env.flush_all()
        self.cr.execute("ALTER TABLE pmm_credit DISABLE TRIGGER USER")
        self.cr.execute(update)
        self.cr.execute("ALTER TABLE pmm_credit ENABLE TRIGGER USER")
        self.env.invalidate_all()

    def _delivered(self):
        """Return a posted invoice of an order with a line of delivery."""
        order = self._sale(self.acme, "2026-02-03", 100, (self.training, 1, 9))
        self.env.flush_all()
        self.cr.execute(
            SQL(
                "UPDATE sale_order_line SET is_delivery = TRUE WHERE id = %s",
                order.order_line[1].id,
            )
        )
        invoice = order._create_invoices()
        invoice.invoice_date = "2026-02-04"
        invoice.action_post()
        return invoice

    def test_source_of_an_addon_that_is_not_loaded_yet(self):
        """DESIGN 2: while this addon is upgraded, KPIs of addons above it are left as they are."""
        kpi = self.kpi.copy({"name": "From above"})
        self.env.flush_all()
        self.env.cr.execute("UPDATE pmm_kpi_definition SET source = 'gone' WHERE id = %s", [kpi.id])
        self.env.invalidate_all()
        self.assertFalse(kpi._is_derived())
        self.assertFalse(kpi._needed_internal())
        kpi._compute_is_internal()
        self.assertFalse(kpi.is_internal)


def script_of(version, name):
    """Return the module of a migration script."""
    spec = importlib.util.spec_from_file_location("migration", MIGRATIONS / version / f"{name}.py")
    script = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(script)
    return script
