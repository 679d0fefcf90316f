"""Load the dataset into an Odoo database; also for use inside Odoo's tests (``commit=False``)."""

from __future__ import annotations

import contextlib
import importlib
import importlib.util
import time

from psycopg2 import Error

from . import dataset, dataset_check, dataset_invoices, dataset_master

NEEDED = ("account", "sale", "crm")
LOCK = 0x504D4D4157  # any number that nobody else uses: a lock on the database, not on a table
PATIENCE = 15.0
QUIET = {
    "lang": "en_US",
    "tracking_disable": True,
    "mail_create_nolog": True,
    "mail_create_nosubscribe": True,
    "mail_notrack": True,
    "mail_activity_automation_skip": True,
}


def load(env, directory, limit=None, company=None, commit=True, progress=None) -> dict:
    """Load the folder (its first ``limit`` orders) and return the totals found in Odoo after it.

    Nothing is written twice: a second call creates what is missing and checks the rest. With
    ``commit`` every batch is kept at once, so an interrupted load goes on where it ended.
    ``progress`` is called with (done, total, what).
    """
    started = time.monotonic()
    data = dataset.read(directory, limit)
    _need(env)
    env = env(user=1, su=True, context=QUIET)
    progress = progress or (lambda _done, _total, _what: None)
    with _alone(env, commit):
        keys = dataset_master.load(env, data, company)
        env = keys.company.env
        if commit:
            env.cr.commit()
        created = dataset_invoices.load(env, data, keys, commit, progress)
        totals = dataset_check.check(env, data, keys)
        _programs(env, data, keys)
        if commit:
            env.cr.commit()
    return {
        **totals,
        "created": created,
        "company": keys.company.id,
        "seconds": time.monotonic() - started,
    }


def _programs(env, data, keys):
    """Have the partner programmes for the loaded resellers, where our addons are installed."""
    hook = importlib.util.find_spec(f"{__package__}.dataset_program")
    if hook and "pmm.program" in env:
        importlib.import_module(hook.name).program(env, keys.company)
        importlib.import_module(f"{__package__}.dataset_months").program(env, data, keys)


def _need(env):
    installed = env["ir.module.module"].sudo().search_fetch(
        [("name", "in", NEEDED), ("state", "=", "installed")], ["name"]
    )  # fmt: skip
    missing = sorted(set(NEEDED) - set(installed.mapped("name")))
    if missing:
        raise dataset.DatasetError(
            f"The database {env.cr.dbname} lacks {', '.join(missing)}: install that first."
        )


@contextlib.contextmanager
def _alone(env, commit):
    """Keep a second load of the same database out; wait a little for a killed one to be gone."""
    if not commit:
        yield
        return
    until = time.monotonic() + PATIENCE
    while True:
        env.cr.execute("SELECT pg_try_advisory_lock(%s)", [LOCK])
        if env.cr.fetchone()[0]:
            break
        if time.monotonic() > until:
            raise dataset.DatasetError(
                f"Another load of the database {env.cr.dbname} is at work: let it end first."
            )
        time.sleep(0.5)
    try:
        yield
    finally:
        with contextlib.suppress(Error):  # the connection may be gone, and the lock with it
            env.cr.rollback()  # what is not committed by now has failed
            env.cr.execute("SELECT pg_advisory_unlock(%s)", [LOCK])
