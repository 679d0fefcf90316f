"""``setup/bench --soak``: random worlds against the slow oracles, with ever new seeds."""

from __future__ import annotations

import os
import random
import subprocess
import sys
import time

from .. import paths
from ..console import console

WORLDS = ("pmm_partner_kpi/tests/test_kpi_oracle.py", "pmm_partner_kpi/tests/test_oracle.py")


def main(minutes: int) -> int:
    """Run worlds for so many minutes, one at least; return the exit code of the first failure."""
    until, number = time.monotonic() + 60 * minutes, 0
    while not number or time.monotonic() < until:
        seed = str(random.SystemRandom().randrange(1, 10**6))
        console.say(f"PMM_SEED={seed}")
        command = [sys.executable, str(paths.SETUP / "test"), "--keep-db", *WORLDS, "-q", "-x"]
        code = subprocess.run(
            command, env={**os.environ, "PMM_SEED": seed}, stdout=sys.stderr, check=False
        ).returncode
        if code:
            console.say(f"failed; again with: PMM_SEED={seed} setup/test {' '.join(WORLDS)}")
            return code
        number += 1
    console.say(f"{number} seeds, no difference")
    return 0
