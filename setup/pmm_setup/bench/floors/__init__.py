"""Tables like ours and the hand-written SQL that fills them."""

from __future__ import annotations

import json
from pathlib import Path

from odoo.tools import SQL

HERE = Path(__file__).resolve().parent
# columns that tell when a row was written, not what
OF_THE_MOMENT = ("id", "recorded_at", "measured_at", "create_date", "write_date")


class Floor:
    """Some of our tables, a twin of each, and the statements that fill the twins."""

    def __init__(self, env, file: str, parameters: dict, *tables: str):
        self.env, self.tables = env, tables
        self.statement = (HERE / file).read_text(encoding="utf-8")
        self.parameters = parameters

    def create(self) -> None:
        """Make the twins: the same columns, indexes, checks, foreign keys and triggers."""
        for table in self.tables:
            self._create(table)
            for name in (table, _twin(table)):
                # neither side is disturbed in the middle of a repeat
                self.env.cr.execute(
                    SQL("ALTER TABLE %s SET (autovacuum_enabled = false)", SQL.identifier(name))
                )
        self.env.cr.commit()

    def _create(self, table):
        twin = _twin(table)
        self.env.cr.execute(
            SQL(
                "CREATE TABLE %s (LIKE %s INCLUDING ALL)",
                SQL.identifier(twin),
                SQL.identifier(table),
            )
        )
        for [definition] in self._rows(
            SQL(
                "SELECT pg_get_constraintdef(oid) FROM pg_constraint"
                " WHERE conrelid = %s::regclass AND contype = 'f'",
                table,
            )
        ):
            # as PostgreSQL itself wrote it
            self.env.cr.execute(f'ALTER TABLE "{twin}" ADD {definition}')
        for [definition] in self._rows(
            SQL(
                "SELECT pg_get_triggerdef(oid) FROM pg_trigger"
                " WHERE tgrelid = %s::regclass AND NOT tgisinternal",
                table,
            )
        ):
            self.env.cr.execute(definition.replace(table, twin))

    def fill(self, batches) -> None:
        """Fill the twins: the statements and a commit per batch."""
        for batch in batches:
            self.env.cr.execute(self.statement, self.parameters | batch)
            self.env.cr.commit()

    def empty(self) -> None:
        """Take all rows out of tables and twins, past the trigger that forbids it."""
        for table in self.tables:
            empty(self.env, table)
            empty(self.env, _twin(table))

    def analyze(self) -> None:
        """Give the planner what autovacuum would have given it by now."""
        for table in self.tables:
            for name in (table, _twin(table)):
                self.env.cr.execute(SQL("ANALYZE %s", SQL.identifier(name)))
        self.env.cr.commit()

    def check_same(self) -> int:
        """Return the number of rows; fail unless tables and twins hold the same ones."""
        return sum(self._check_same(table) for table in self.tables)

    def _check_same(self, table):
        columns = SQL(", ").join(
            SQL.identifier(name)
            for [name] in self._rows(
                SQL(
                    "SELECT column_name FROM information_schema.columns"
                    " WHERE table_schema = current_schema AND table_name = %s"
                    " AND column_name <> ALL(%s)",
                    table,
                    list(OF_THE_MOMENT),
                )
            )
        )
        ours, floor = (
            SQL("SELECT %s FROM %s", columns, SQL.identifier(name))
            for name in (table, _twin(table))
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
                f"{table} has {count} rows, its floor {twin_count}; {different} differ"
            )
        return count

    def _rows(self, query):
        return self.env.execute_query(query)


def _twin(table):
    return f"floor_{table}"


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


def parameters(env, programme) -> dict:
    """Return what the statements need to know of the programme."""
    names = "revenue of_category of_origin referred units margin orders average assortment returned"
    kpis = dict(zip(names.split(), programme.kpi_ids.sorted("id"), strict=True))
    plan = env["pmm.reward.plan"].search([("program_id", "=", programme.id)])
    rate_rule, band_rule = plan.rule_ids.sorted("id")
    return {
        "program": programme.id,
        "company": programme.company_id.id,
        "currency": programme.currency_id.id,
        "today": programme._today(),
        "kpis": programme.kpi_ids.ids,
        **{name: kpi.id for name, kpi in kpis.items()},
        "categories": env["product.category"]
        .search([("id", "child_of", kpis["of_category"].category_ids.ids)])
        .ids,
        "plan": plan.id,
        "rate_rule": rate_rule.id,
        "rate": str(rate_rule._rate()),
        "band_rule": band_rule.id,
        "bands": json.dumps([[str(b.floor), str(b.rate)] for b in band_rule._scale()]),
    }


def shares(env, given: dict) -> dict:
    """Return the parameter that tells which part of the running period has passed, per KPI.

    It is found once a day, on both sides.
    """
    statement = (HERE / "season.sql").read_text(encoding="utf-8")
    env.cr.execute(statement, given)
    return {"shares": json.dumps(env.cr.dictfetchall())}
