"""The part of ``setup/load_dataset`` that runs inside ``odoo shell``."""

from __future__ import annotations

import json
import os
import resource
import sys

from .dataset import DatasetError, describe
from .dataset_progress import Progress

JOB = "PMM_DATASET_JOB"


class _Orphaned(Exception):
    """The command that started us is gone."""


def run(env) -> None:
    """Do the job that the environment describes; leave the process with 1 when it fails."""
    import psycopg2

    from odoo.exceptions import UserError

    from . import dataset_odoo

    job = json.loads(os.environ[JOB])
    progress = Progress()

    def attended(done, total, what):
        if os.getppid() != job["parent"]:
            raise _Orphaned  # killed, and perhaps started again: leave the field to that one
        progress(done, total, what)

    try:
        result = dataset_odoo.load(env, job["folder"], job["limit"], progress=attended)
    except DatasetError as error:
        progress.say("\n".join(["setup: the data set is not loaded:", *error.errors]))
        sys.exit(1)
    except UserError as error:
        progress.say(f"setup: the data set is not loaded, Odoo refuses: {error}")
        sys.exit(1)
    except psycopg2.OperationalError as error:
        progress.say(f"setup: the database ended the work ({str(error).strip()}): start it again.")
        sys.exit(1)
    except (KeyboardInterrupt, _Orphaned):
        progress.say("setup: interrupted; start it again, it goes on from what is finished.")
        sys.exit(130)
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    progress.say(
        f"in Odoo: {describe(result)}, the same as in the files "
        f"({result['created']:,} invoices new, {result['seconds']:.1f} s, {memory:.0f} MB)"
    )
