"""The way into ``odoo shell`` and back: a task with its parameters goes in, a result comes out."""

from __future__ import annotations

import importlib
import json
import os
import tempfile
from pathlib import Path

from .. import paths
from ..console import Failure
from ..odoo_cli import Odoo

JOB = "PMM_BENCH_JOB"
TASKS = {  # the modules of the functions
    "documents": "generate",
    "program": "generate",
    "measure": "measure",
    "tiers": "tiers",
}
SCRIPT = f"""\
import sys
sys.path.insert(0, {str(paths.SETUP)!r})
sys.dont_write_bytecode = True
from pmm_setup.bench import shell
shell.inside(env)
"""


def run(odoo: Odoo, database: str, task: str, **parameters):
    """Run one of the tasks of ``TASKS`` on the database; return its result."""
    log = odoo.folder / f"bench-{task}.log"
    log.unlink(missing_ok=True)
    with tempfile.TemporaryDirectory() as folder, tempfile.TemporaryFile("w+") as script:
        result = Path(folder) / "result.json"
        job = {"task": task, "parameters": parameters, "result": str(result)}
        script.write(SCRIPT)
        script.seek(0)
        code = odoo.attended(
            "shell", "-c", odoo.config, "-d", database,
            "--no-http", "--max-cron-threads=0", f"--logfile={log}",
            env={JOB: json.dumps(job)},
            stdin=script,
            cwd=paths.ROOT,
        )  # fmt: skip
        if code == 130:
            raise KeyboardInterrupt
        if code or not result.exists():
            raise Failure(f"the benchmark's task {task} failed: see above.")
        return json.loads(result.read_text())


def inside(env) -> None:
    """Do the task that the environment describes (called in the shell)."""
    job = json.loads(os.environ[JOB])
    module = importlib.import_module(f"{__package__}.{TASKS[job['task']]}")
    result = getattr(module, job["task"])(env, **job["parameters"])
    Path(job["result"]).write_text(json.dumps(result), encoding="utf-8")
