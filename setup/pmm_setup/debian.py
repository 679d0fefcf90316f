"""Debian packages beside Odoo: install those that are missing, leave the rest alone."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from .console import SetupError, console
from .shell import as_root, run

# {package: what proves that it (or something as good) is here}: a file, or a programme's name
ODOO_PACKAGES = {
    "libjs-jquery": "/usr/share/javascript/jquery/jquery.js",
    "libjs-underscore": "/usr/share/javascript/underscore/underscore.js",
    "libjs-jquery-form": "/usr/share/javascript/jquery-form/jquery.form.js",
    "fonts-font-awesome": "/usr/share/fonts-font-awesome/fonts/fontawesome-webfont.ttf",
    "fonts-roboto-unhinted": "/usr/share/fonts/truetype/roboto/unhinted",
    "fonts-inconsolata": "/usr/share/fonts/truetype/inconsolata",
    "wkhtmltopdf": "wkhtmltopdf",
}
BROWSER_PACKAGES = {"chromium": "chromium|google-chrome|chromium-browser|google-chrome-stable"}
POSTGRES_PACKAGES = {"postgresql": "/usr/lib/postgresql/*/bin/initdb|initdb"}
PYTHON_PACKAGES = {
    "python3-venv": "/usr/lib/python3.*/ensurepip/__init__.py",
    "ca-certificates": "/etc/ssl/certs/ca-certificates.crt",
}
GIT_PACKAGES = {"git": "git"}  # the repository's own tests ask it for the list of files
NODE_PACKAGES = {"nodejs": "node|nodejs", "npm": "npm"}

# Debian makes and starts a cluster of the machine with the server; we bring our own.
NO_CLUSTER = Path("/etc/postgresql-common/createcluster.d/pmm-setup.conf")


def missing(packages: dict[str, str]) -> list[str]:
    """Return the packages of whose content no trace is found, in their order."""
    return [name for name, proof in packages.items() if not _is_here(proof)]


def _is_here(proof: str) -> bool:
    for candidate in proof.split("|"):
        if candidate.startswith("/"):
            if any(Path("/").glob(candidate.lstrip("/"))):
                return True
        elif shutil.which(candidate):
            return True
    return False


def ensure(*wanted: dict[str, str]) -> None:
    """Install what is missing of the wanted packages, with one look at the package lists."""
    packages = {name: proof for group in wanted for name, proof in group.items()}
    with console.step("Debian packages") as notes:
        absent = missing(packages)
        if not absent:
            notes.append("there")
            return
        if not shutil.which("apt-get"):
            raise SetupError(
                f"missing on this machine: {', '.join(absent)}; it has no apt-get, "
                "so install their like by its own means and start again."
            )
        _install(absent)
        still = missing(packages)
        if still:
            raise SetupError(f"apt-get installed {', '.join(still)}, but their files are missing.")
        notes.append(f"installed {', '.join(absent)}")


def _install(packages: list[str]) -> None:
    need = f"Debian packages are missing ({' '.join(packages)})"
    command = ["apt-get", "install", "--yes", "--no-install-recommends", *packages]
    installing = as_root(command, need)
    update = run(as_root(["apt-get", "update"], need), check=False)
    if update.returncode:  # the lists at hand may do
        console.say("         apt-get update failed, trying with the package lists at hand")
    quietly = {"DEBIAN_FRONTEND": "noninteractive"}
    if installing[0] == "sudo":
        installing[2:2] = ["env", "DEBIAN_FRONTEND=noninteractive"]
    # What an installation that was cut short left half-done would stop every later one.
    run(as_root(["dpkg", "--configure", "-a"], need), env=quietly, check=False)
    mending = ["apt-get", "install", "--fix-broken", "--yes", "--no-install-recommends"]
    run(as_root(mending, need), env=quietly, check=False)
    with _without_cluster("postgresql" in packages, need):
        run(
            installing,
            env=quietly,
            otherwise=f"Debian packages could not be installed ({' '.join(packages)})",
        )


class _without_cluster:
    """Keep Debian from making a database cluster of the machine while PostgreSQL is installed."""

    def __init__(self, concerned: bool, need: str):
        self.concerned, self.need = concerned and not NO_CLUSTER.exists(), need

    def _shell(self, script: str) -> None:
        run(as_root(["sh", "-c", script], self.need), check=False)

    def __enter__(self):
        if self.concerned:
            line = "create_main_cluster = false"
            self._shell(f"mkdir -p {NO_CLUSTER.parent} && echo '{line}' > {NO_CLUSTER}")

    def __exit__(self, *_exc):
        if self.concerned:
            self._shell(f"rm -f {NO_CLUSTER}")


def is_root() -> bool:
    """Return whether we run with root's rights."""
    return os.geteuid() == 0
