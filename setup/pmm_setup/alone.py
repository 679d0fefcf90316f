"""Does each addon work with nothing beside it but what it depends on, and leave without a trace?

For each of our addons: a database with its dependencies alone, so that nothing undeclared can help;
the addon is installed, does work (``alone_job.py``), and is uninstalled. Then the schema must be as
it was before, no record of the addon's data may be left, and documents and coupons must be intact.
"""

from __future__ import annotations

import subprocess

from . import addons, logcheck, paths
from .console import Failure, console, tail
from .odoo_cli import Odoo

BASE = "pmm_alone_base"
JOB = paths.SETUP / "alone_job.py"
# what would stay behind: columns, constraints, indexes, functions, triggers
SCHEMA = """
    SELECT 'column ' || table_name || '.' || column_name || ' ' || data_type || ' ' || is_nullable
    FROM information_schema.columns WHERE table_schema = 'public'
    UNION SELECT 'constraint ' || conrelid::regclass || ' ' || conname
    FROM pg_constraint WHERE connamespace = 'public'::regnamespace AND conrelid <> 0
    UNION SELECT 'index ' || indexname FROM pg_indexes WHERE schemaname = 'public'
    UNION SELECT 'function ' || proname FROM pg_proc WHERE pronamespace = 'public'::regnamespace
    UNION SELECT 'trigger ' || tgname FROM pg_trigger WHERE NOT tgisinternal
"""
# what is the company's and not ours
CORE = {
    "res_partner": "SELECT count(*) FROM res_partner",
    "account_move": "SELECT state, count(*), sum(amount_total) FROM account_move GROUP BY 1",
    "account_move_line": "SELECT count(*), sum(debit), sum(amount_residual) FROM account_move_line",
    "account_account": "SELECT count(*) FROM account_account",
    "sale_order": "SELECT count(*), sum(amount_total) FROM sale_order",
    "loyalty_card": "SELECT count(*), sum(points) FROM loyalty_card",
    "slide_channel_partner": "SELECT count(*) FROM slide_channel_partner",
    "survey_user_input": "SELECT count(*) FROM survey_user_input",
}
RECORDS = "SELECT module || ' ' || model FROM ir_model_data"


def check(odoo: Odoo, ours: dict[str, addons.Addon]) -> None:
    """Try every addon of ours; raise Failure that names the first trace or error."""
    shipped = {name: addon for name, addon in ours.items() if not addon.hidden}
    standard = {name: set(_standard_closure(name, shipped)) for name in shipped}
    common = sorted(set.intersection(*standard.values()))
    with console.step(f"a database with {len(common)} standard addons for each one alone"):
        odoo.server.drop(BASE)
        odoo.install(BASE, init=common, judge=())
        _work(odoo, BASE)
    states = {BASE: set()}
    for name in _bottom_up(shipped):
        with console.step(f"{name} alone: install, work, uninstall") as notes:
            _try(odoo, name, shipped, states, notes)
    for database in states:
        odoo.server.drop(database)


def _bottom_up(ours: dict[str, addons.Addon]) -> list[str]:
    """Return the names in the order in which a database can grow.

    >>> from pathlib import Path
    >>> kpi, offers, glue = (addons.Addon(n, Path(n), d, False) for n, d in (
    ...     ("kpi", ()), ("a_offers", ("kpi",)), ("glue", ("kpi", "a_offers"))))
    >>> _bottom_up({"kpi": kpi, "a_offers": offers, "glue": glue})
    ['kpi', 'a_offers', 'glue']
    """
    return sorted(ours, key=lambda name: (len(addons.closure([name], ours)), name))


def _standard_closure(name: str, ours: dict[str, addons.Addon]) -> list[str]:
    return addons.standard(addons.closure([name], ours))


def _try(odoo: Odoo, name: str, ours: dict, states: dict[str, set], notes: list[str]) -> None:
    below = set(addons.closure([name], ours)) - {name}
    database = _database_for(odoo, name, below, states)
    depends = sorted(below | set(_standard_closure(name, ours)))
    odoo.install(database, init=depends)
    if name in _installed_of(odoo, database, ours):
        # what joins two addons came by itself with the second one
        _uninstall(odoo, database, name)
    # so does other glue, where what it joins is needed anyway
    already = _installed_of(odoo, database, ours)
    before = _schema(odoo, database)
    odoo.install(database, init=[name])
    beside = _installed_of(odoo, database, ours) - already - {name}
    if beside:
        raise Failure(f"{name} brings {', '.join(sorted(beside))}, which it does not depend on.")
    _work(odoo, database)
    core = _core(odoo, database)
    _uninstall(odoo, database, name)
    left = sorted(_schema(odoo, database) - before)
    gone = sorted(before - _schema(odoo, database))
    data = [line.split() for line in odoo.server.sql(RECORDS, database).splitlines()]
    problems = [*(f"left: {line}" for line in left), *(f"taken away: {line}" for line in gone)]
    problems += [f"left: a record of {model}" for module, model in data if module == name]
    for table, figures in _core(odoo, database).items():
        if figures != core[table]:
            problems.append(f"{table} was {core[table]} and is {figures}")
    if problems:
        raise Failure("\n".join([f"uninstalling {name} does not leave things as they were:",
                                 *problems[:20]]))  # fmt: skip
    states[database] = already
    notes.append(f"{len(below)} of ours below it")


def _database_for(odoo: Odoo, name: str, below: set[str], states: dict[str, set]) -> str:
    """Return the fullest database that holds nothing that ``name`` does not depend on."""
    fitting = [database for database, held in states.items() if held and held <= below]
    if fitting:
        return max(fitting, key=lambda database: len(states[database]))
    database = f"pmm_alone_{name}"
    odoo.duplicate(BASE, database, odoo.filestore(BASE))
    return database


def _installed_of(odoo: Odoo, database: str, ours: dict) -> set[str]:
    query = "SELECT name FROM ir_module_module WHERE state = 'installed'"
    return set(odoo.server.sql(query, database).split()) & set(ours)


def _schema(odoo: Odoo, database: str) -> set[str]:
    return set(odoo.server.sql(SCHEMA, database).splitlines())


def _core(odoo: Odoo, database: str) -> dict[str, str]:
    tables = odoo.server.sql(
        "SELECT table_name FROM information_schema.tables WHERE table_schema = 'public'", database
    ).split()
    return {
        table: odoo.server.sql(statement, database)
        for table, statement in CORE.items()
        if table in tables
    }


def _work(odoo: Odoo, database: str) -> None:
    words = ["shell", "-c", odoo.config, "-d", database, "--no-http", "--max-cron-threads=0"]
    _quietly(odoo, database, words, f"work in {database}", JOB.read_text(encoding="utf-8"))


def _uninstall(odoo: Odoo, database: str, name: str) -> None:
    words = ["module", "uninstall", "-c", odoo.config, "-d", database, name]
    _quietly(odoo, database, words, f"uninstalling {name}")


def _quietly(odoo: Odoo, database: str, words: list, what: str, script: str = "") -> None:
    """Run Odoo's command line; an exit code or a record of its log that is a fault is ours."""
    done = subprocess.run(odoo.command(*words), env=odoo.env, input=script, text=True,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, cwd=paths.ROOT,
                          check=False)  # fmt: skip
    found = logcheck.faults(done.stdout, logcheck.ignored())
    if done.returncode or found:
        raise Failure("\n".join([f"{what} failed:", *(found or [tail(done.stdout, 25)])]))
