"""Running programmes: output kept, failures turned into sentences."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

from .console import SetupError, tail


def run(
    command: list, *, otherwise: str = "", env: dict | None = None, check=True, **options
) -> subprocess.CompletedProcess:
    """Run a programme without input and keep its output; ``otherwise`` says what failed."""
    try:
        done = subprocess.run(
            [str(word) for word in command],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            env={**os.environ, **(env or {})},
            check=False,
            **options,
        )
    except FileNotFoundError:
        raise SetupError(f"the programme {command[0]} is missing: install it.") from None
    if check and done.returncode:
        raise SetupError(explain(otherwise or f"{command[0]} failed", done.stdout))
    return done


def explain(what: str, output: str) -> str:
    """Return one sentence on a failed programme; its last lines follow where they help.

    >>> explain("pip failed", "Temporary failure in name resolution")
    'pip failed: there is no network (or no way to the registry): connect and start again.'
    """
    if "No space left on device" in output:
        return f"{what}: the disk is full: make room and start again."
    if any(sign in output for sign in _NO_NETWORK):
        return f"{what}: there is no network (or no way to the registry): connect and start again."
    return f"{what}.\n{tail(output)}" if output.strip() else f"{what}."


_NO_NETWORK = (
    "Temporary failure",
    "Could not resolve",
    "Name or service not known",
    "Network is unreachable",
    "Connection refused",
    "Could not connect",
    "Connection timed out",
    "ConnectTimeoutError",
    "NewConnectionError",
    "Cannot initiate the connection",
    "Unable to connect to",
    "ENOTFOUND",
    "EAI_AGAIN",
    "ECONNREFUSED",
    "ETIMEDOUT",
)


def as_root(command: list[str], need: str) -> list[str]:
    """Return the command as it must be typed to run with root's rights, asking nobody."""
    if os.geteuid() == 0:
        return command
    if shutil.which("sudo"):
        done = run(["sudo", "-n", "true"], check=False)
        if done.returncode == 0:
            return ["sudo", "-n", *command]
    raise SetupError(
        f"{need}, and this user has no right to install: "
        f"have root run `{' '.join(command)}`, then start again."
    )


def which(name: str, *folders: Path | str) -> str | None:
    """Return the programme's path, looked for in the folders first."""
    for place in folders:
        candidate = Path(place) / name
        if os.access(candidate, os.X_OK):
            return str(candidate)
    return shutil.which(name)
