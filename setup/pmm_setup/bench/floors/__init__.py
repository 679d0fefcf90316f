"""Tables like ours and the hand-written SQL that fills them."""

from __future__ import annotations

import json
from pathlib import Path

from odoo.tools import SQL

HERE = Path(__file__).resolve().parent
# columns that tell when a row was written, not what
OF_THE_MOMENT = ("id", "recorded_at", "measured_at")


class Floor:
    """One of our tables, its twin, and the statement that fills the twin."""

    def __init__(self, env, table: str, file: str, parameters: dict):
        self.env, self.table, self.twin = env, table, f"floor_{table}"
        self.statement = (HERE / file).read_text(encoding="utf-8")
        self.parameters = parameters

    def create(self) -> None:
        """Make the twin: the same columns, indexes, checks, foreign keys and trigger."""
        table, twin = SQL.identifier(self.table), SQL.identifier(self.twin)
        self.env.cr.execute(SQL("CREATE TABLE %s (LIKE %s INCLUDING ALL)", twin, table))
        for [definition] in self._rows(
            SQL(
                "SELECT pg_get_constraintdef(oid) FROM pg_constraint"
                " WHERE conrelid = %s::regclass AND contype = 'f'",
                self.table,
            )
        ):
            # as PostgreSQL itself wrote it
            self.env.cr.execute(f'ALTER TABLE "{self.twin}" ADD {definition}')
        for [definition] in self._rows(
            SQL(
                "SELECT pg_get_triggerdef(oid) FROM pg_trigger"
                " WHERE tgrelid = %s::regclass AND NOT tgisinternal",
                self.table,
            )
        ):
            self.env.cr.execute(definition.replace(self.table, self.twin))
        for name in (table, twin):
            # neither side is disturbed in the middle of a repeat
            self.env.cr.execute(SQL("ALTER TABLE %s SET (autovacuum_enabled = false)", name))
        self.env.cr.commit()

    def fill(self, batches) -> None:
        """Fill the twin: a statement and a commit per batch."""
        for batch in batches:
            self.env.cr.execute(self.statement, self.parameters | batch)
            self.env.cr.commit()

    def empty(self) -> None:
        """Take all rows out of both, past the trigger that forbids it."""
        for name in (self.table, self.twin):
            empty(self.env, name)

    def check_same(self) -> int:
        """Return the number of rows; fail unless both tables hold the same ones."""
        columns = SQL(", ").join(
            SQL.identifier(name)
            for [name] in self._rows(
                SQL(
                    "SELECT column_name FROM information_schema.columns"
                    " WHERE table_schema = current_schema AND table_name = %s"
                    " AND column_name <> ALL(%s)",
                    self.table,
                    list(OF_THE_MOMENT),
                )
            )
        )
        ours, floor = (
            SQL("SELECT %s FROM %s", columns, SQL.identifier(name))
            for name in (self.table, self.twin)
        )
        query = SQL(
            "SELECT (SELECT COUNT(*) FROM (%(ours)s) one),"
            " (SELECT COUNT(*) FROM (%(floor)s) one),"
            " (SELECT COUNT(*) FROM (%(ours)s EXCEPT ALL %(floor)s) one)",
            ours=ours,
            floor=floor,
        )
        count, twin_count, different = self._rows(query)[0]
        if different or count != twin_count:
            raise AssertionError(
                f"{self.table} has {count} rows, its floor {twin_count}; {different} differ"
            )
        return count

    def _rows(self, query):
        return self.env.execute_query(query)


def empty(env, table: str) -> None:
    """Empty a table, and what refers to its rows, as nothing in the product can."""
    query = SQL(
        "SELECT DISTINCT conrelid::regclass::text FROM pg_constraint"
        " WHERE contype = 'f' AND confrelid = %s::regclass",
        table,
    )
    names = [
        SQL.identifier(name) for name in {table, *(row[0] for row in env.execute_query(query))}
    ]
    for name in names:
        env.cr.execute(SQL("ALTER TABLE %s DISABLE TRIGGER USER", name))
    env.cr.execute(SQL("TRUNCATE %s", SQL(", ").join(names)))
    for name in names:
        env.cr.execute(SQL("ALTER TABLE %s ENABLE TRIGGER USER", name))


def analyze(table: str):
    """Return the statement that renews the planner's statistics of a table."""
    return SQL("ANALYZE %s", SQL.identifier(table))


def parameters(env, programme) -> dict:
    """Return what the statements need to know of the programme."""
    revenue, of_category, of_origin, referred = programme.kpi_ids.sorted("id")
    plan = env["pmm.reward.plan"].search([("program_id", "=", programme.id)])
    rate_rule, band_rule = plan.rule_ids.sorted("id")
    return {
        "program": programme.id,
        "company": programme.company_id.id,
        "currency": programme.currency_id.id,
        "today": programme._today(),
        "kpis": programme.kpi_ids.ids,
        "revenue": revenue.id,
        "of_category": of_category.id,
        "of_origin": of_origin.id,
        "referred": referred.id,
        "categories": env["product.category"]
        .search([("id", "child_of", of_category.category_ids.ids)])
        .ids,
        "plan": plan.id,
        "rate_rule": rate_rule.id,
        "rate": str(rate_rule._rate()),
        "band_rule": band_rule.id,
        "bands": json.dumps([[str(b.floor), str(b.rate)] for b in band_rule._scale()]),
    }
