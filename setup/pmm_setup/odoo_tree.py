"""Odoo 19: the tree that PMM_ODOO names, or Debian's package, unpacked in the cache."""

from __future__ import annotations

import hashlib
import os
import re
from dataclasses import dataclass
from pathlib import Path

from . import cache, paths
from .console import SetupError, console
from .shell import explain, run

SERIES = "19.0"
PACKAGE = "odoo-19"
SUITE = "sid"
KEYRING = Path("/usr/share/keyrings/debian-archive-keyring.gpg")
# {version: SHA-256 of the package}: what this project was tried with
KNOWN = {
    "19.0.0+dfsg-1": "9d2f598b0555db17e291d48ed24df184c70823c053c4c5ed53c467ca7f629bbf",
}
NAME_ONE = "name a folder with Odoo 19 in the environment variable PMM_ODOO"
# Listed in the backend's bundle, but not in the package: its absence fails every browser test.
FORGOTTEN = "addons/mail/static/lib/selfie_segmentation/selfie_segmentation.js"


@dataclass(frozen=True)
class OdooTree:
    """A folder with Odoo: how to start it and what PYTHONPATH it needs."""

    folder: Path
    launcher: Path
    library: Path | None  # what holds the Python package `odoo`
    addons: Path | None  # standard addons outside that package
    version: str

    @property
    def env(self) -> dict[str, str]:
        return {"PYTHONPATH": str(self.library)} if self.library else {}


def locate(folder: Path) -> OdooTree:
    """Return the tree in the folder, or refuse with a sentence naming PMM_ODOO."""
    layouts = [  # (launcher, library, addons)
        ("usr/bin/odoo", "usr/lib/python3/dist-packages", None),
        ("odoo-bin", ".", "addons"),
        ("odoo", None, None),
        ("bin/odoo", None, None),
    ]
    for launcher, library, addons in layouts:
        if (folder / launcher).is_file():
            inside = (folder / library) if library else _library_beside(folder)
            extra = folder / addons if addons and (folder / addons).is_dir() else None
            version = read_version(inside) if inside else SERIES
            return OdooTree(folder, folder / launcher, inside, extra, version)
    raise SetupError(f"there is no Odoo in {folder} (no odoo-bin, no usr/bin/odoo): {NAME_ONE}.")


def _library_beside(folder: Path) -> Path | None:
    for guess in (folder, *folder.glob("lib/python3*/site-packages")):
        if (guess / "odoo" / "release.py").is_file():
            return guess
    return None


def read_version(library: Path) -> str:
    """Return the series that ``odoo/release.py`` declares; refuse any other than ours."""
    release = library / "odoo" / "release.py"
    if not release.is_file():
        raise SetupError(f"the Odoo in {library} is not whole (no odoo/release.py): {NAME_ONE}.")
    found = re.search(r"^version_info = \((\d+), (\d+)", release.read_text(), re.MULTILINE)
    series = f"{found[1]}.{found[2]}" if found else "unknown"
    if series != SERIES:
        raise SetupError(f"the Odoo in {library} is {series}, PMM runs on {SERIES}: {NAME_ONE}.")
    return series


def ensure() -> OdooTree:
    """Return Odoo 19, downloaded and unpacked only where the cache has none."""
    with console.step("Odoo 19") as notes:
        named = os.environ.get("PMM_ODOO")
        if named:
            folder = Path(named).expanduser().resolve()
            if not folder.is_dir():
                raise SetupError(f"PMM_ODOO names {named}, which is no folder: {NAME_ONE}.")
            notes.append(f"PMM_ODOO={named}")
            return locate(folder)
        shelf = paths.cache_dir() / "odoo"
        with cache.lock(paths.cache_dir() / "lock-odoo", "Odoo's package"):
            entry = newest_complete(shelf)
            fetched = entry is None
            entry = entry or download(shelf)
            notes.append("downloaded" if fetched else "cached")
        if entry.name not in KNOWN:
            notes.append("a newer revision than the ones tried")
        notes.append(entry.name)
        mend(entry)
        tree = locate(entry)
        return OdooTree(entry, tree.launcher, tree.library, tree.addons, entry.name)


def newest_complete(shelf: Path) -> Path | None:
    """Return the cache's whole entry to use: a version we know before any other."""
    entries = [entry for entry in sorted(shelf.glob(f"{SERIES}*")) if cache.is_complete(entry)]
    known = [entry for entry in entries if entry.name in KNOWN]
    return (known or entries or [None])[-1]


def download(shelf: Path) -> Path:
    """Fetch the package from the machine's own Debian mirror and unpack it into the shelf."""
    download_folder = shelf / "download"
    cache.discard(download_folder)
    try:
        package = _fetch(download_folder)
        version = package_version(package)
        verify(package, version)
        entry = shelf / version
        cache.folder(entry, lambda folder: unpack(package, folder))
        return entry
    finally:
        cache.discard(download_folder)


def _fetch(folder: Path) -> Path:
    """Download the package with an apt of our own: the machine's package lists stay untouched."""
    for name in ("lists/partial", "archives/partial"):
        (folder / name).mkdir(parents=True)
    if not KEYRING.exists():
        raise SetupError(
            f"Debian's keyring is missing: install debian-archive-keyring, or {NAME_ONE}."
        )
    (folder / "sources.list").write_text(f"deb [signed-by={KEYRING}] {mirror()} {SUITE} main\n")
    settings = {
        "Dir::Etc::sourcelist": folder / "sources.list",
        "Dir::Etc::sourceparts": "/nonexistent",
        "Dir::State::lists": folder / "lists",
        "Dir::Cache": folder,
        "Acquire::Languages": "none",
        "Acquire::Retries": "2",
        "APT::Sandbox::User": "root",
        "Debug::NoLocking": "1",
    }
    options = [word for key, value in settings.items() for word in ("-o", f"{key}={value}")]
    failed = f"Odoo could not be downloaded from Debian's suite {SUITE}"
    listed = run(["apt-get", *options, "update"], otherwise=failed)
    policy = run(["apt-cache", *options, "policy", PACKAGE], otherwise=failed).stdout
    candidate = re.search(r"Candidate: (\S+)", policy)
    if not candidate or candidate[1] == "(none)":
        if not list((folder / "lists").glob("*Packages*")):
            raise SetupError(explain(failed, listed.stdout))
        raise SetupError(
            f"Debian's suite {SUITE} holds no {PACKAGE} any more "
            f"(and another series is never installed silently): {NAME_ONE}."
        )
    run(["apt-get", *options, "download", PACKAGE], otherwise=failed, cwd=folder)
    return next(folder.glob("*.deb"))


def mirror() -> str:
    """Return the address of the Debian mirror that this machine is configured with."""
    listed = run(
        ["apt-get", "indextargets", "--format", "$(REPO_URI)", "Created-By: Packages"],
        otherwise=f"apt has no package source: {NAME_ONE}",
    )
    addresses = [line for line in listed.stdout.split() if "security" not in line]
    if not addresses:
        raise SetupError(f"apt has no package source to take Odoo from: {NAME_ONE}.")
    return addresses[0]


def package_version(package: Path) -> str:
    """Return the version of a Debian package; refuse one of another series."""
    done = run(
        ["dpkg-deb", "--field", package, "Version"],
        otherwise="the downloaded Odoo package is damaged: start again",
    )
    version = done.stdout.strip()
    if not version.startswith(f"{SERIES}."):
        raise SetupError(f"Debian's {PACKAGE} is {version}, PMM runs on {SERIES}: {NAME_ONE}.")
    return version


def verify(package: Path, version: str) -> None:
    """Compare the package with the checksum we know; say aloud where we know none."""
    found = hashlib.sha256(package.read_bytes()).hexdigest()
    if version not in KNOWN:
        console.say(
            f"         Debian holds Odoo {version}, newer than the revision PMM was tried with "
            f"({', '.join(KNOWN)}); it is used all the same"
        )
    elif found != KNOWN[version]:
        raise SetupError(
            f"the Odoo package {version} does not have the checksum known to PMM: "
            f"the download is damaged or forged; start again, or {NAME_ONE}."
        )


def unpack(package: Path, folder: Path) -> None:
    """Unpack the package and give its relative links something to point at."""
    run(["dpkg", "-x", package, folder], otherwise="the Odoo package could not be unpacked")
    mend(folder)


def mend(folder: Path) -> None:
    """Lead the package's links to the machine's /usr/share and add the one forgotten file."""
    for name in ("javascript", "fonts", "fonts-font-awesome"):
        link = folder / "usr/share" / name
        if not link.is_symlink() and not link.exists():
            link.parent.mkdir(parents=True, exist_ok=True)
            link.symlink_to(Path("/usr/share") / name)
    forgotten = folder / "usr/lib/python3/dist-packages/odoo" / FORGOTTEN
    if not forgotten.exists():
        forgotten.parent.mkdir(parents=True, exist_ok=True)
        forgotten.touch()
