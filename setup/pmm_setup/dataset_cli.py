"""``setup/load_dataset DIR DB``: the AdventureWorks reseller sales as posted invoices in Odoo."""

from __future__ import annotations

import argparse
import json
import os
import sys
import tempfile
from pathlib import Path

from . import dataset, dataset_shell, paths, provision
from .console import Failure, SetupError, console
from .odoo_cli import Odoo

SCRIPT = f"""\
import sys
sys.path.insert(0, {str(paths.SETUP)!r})
sys.dont_write_bytecode = True
from pmm_setup import dataset_shell
dataset_shell.run(env)
"""


def main(argv: list[str]) -> int:
    """Check the folder, then load it in an Odoo shell; return 0 when all of it is there."""
    console.stream = sys.stderr
    options = _options(argv)
    with console.step(f"data set {options.folder.name}: its files") as notes:
        try:
            data = dataset.read(options.folder, options.limit)
        except dataset.DatasetError as error:
            raise Failure("\n".join(["the data set is refused:", *error.errors])) from None
        notes.append(dataset.describe(data.totals))
        del data
    instance = provision.odoo(os.environ.get("PMM_INSTANCE", "run"))
    if instance.server.private and not instance.server.exists():
        raise SetupError("there is no database yet: start setup/run once.")
    instance.write_config()
    with instance.server.running():
        _need_odoo(instance, options.database)
        code = _shell(instance, options)
    if code not in (0, 1, 130):  # those have said why
        raise Failure(f"Odoo ended with {code} in the middle of it: start again, it goes on.")
    return code


def _need_odoo(instance: Odoo, database: str) -> None:
    advice = (
        "start setup/run once, or make one with "
        f"`setup/odoo -d {database} -i account,sale,crm --stop-after-init`."
    )
    if database not in instance.server.databases():
        raise SetupError(f"there is no database {database}: {advice}")
    if not instance.server.sql("SELECT to_regclass('ir_module_module')", database):
        raise SetupError(f"the database {database} is not one of Odoo: {advice}")


def _options(argv: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="setup/load_dataset", description=__doc__)
    parser.add_argument("folder", type=Path, metavar="DIR", help="folder with the csv files")
    parser.add_argument("database", metavar="DB", help="database with account, sale and crm")
    parser.add_argument(
        "--limit",
        type=_limit,
        metavar="N",
        help="only the first N orders by date (default: $PMM_DATASET_LIMIT, else all)",
    )
    options = parser.parse_args(argv)
    given = os.environ.get("PMM_DATASET_LIMIT")
    if options.limit is None and given:
        try:
            options.limit = _limit(given)
        except argparse.ArgumentTypeError as error:
            parser.error(f"PMM_DATASET_LIMIT: {error}")
    options.folder = options.folder.absolute()
    return options


def _limit(text: str) -> int:
    if not (text.isascii() and text.isdigit() and 0 < int(text) < 10**9):
        raise argparse.ArgumentTypeError(f"{text!r} is no number of orders (1 or more)")
    return int(text)


def _shell(instance: Odoo, options: argparse.Namespace) -> int:
    job = {"folder": str(options.folder), "limit": options.limit, "parent": os.getpid()}
    with tempfile.TemporaryFile("w+") as script:
        script.write(SCRIPT)
        script.seek(0)
        return instance.attended(
            "shell", "-c", instance.config, "-d", options.database,
            "--no-http", "--max-cron-threads=0", "--log-level=warn",
            env={dataset_shell.JOB: json.dumps(job)},
            stdin=script,
        )  # fmt: skip
