"""The template: a database with the standard addons, made once and copied ever after.

For private clusters the cache holds the *stopped cluster* with that database in it (copying 200 MB
takes a second, restoring a dump a quarter of a minute); on a server that PMM_DB_HOST names the
template is a database of its own there. Its attachments lie in the cache either way.
"""

from __future__ import annotations

from pathlib import Path

from . import addons, cache, paths, postgres
from .console import console
from .odoo_cli import Odoo
from .odoo_tree import OdooTree

NAME = "pmm_template"


class Template:
    """The template that our addons need with this Odoo and these Python packages."""

    def __init__(self, tree: OdooTree, python: Path, ours: dict[str, addons.Addon]):
        self.tree, self.python = tree, python
        self.modules = addons.standard(ours) or ["base"]
        database = "external" if postgres.external() else f"pg{postgres.binaries_major()}"
        requirements = (paths.ROOT / "requirements.txt").read_bytes()
        identity = [tree.version, str(tree.folder), database, *self.modules]
        user = postgres.owner()
        self.key = paths.digest(requirements, *identity, user.pw_name if user else "")
        self.entry = paths.cache_dir() / "template" / self.key
        self.database = f"{NAME}_{self.key}" if postgres.external() else NAME

    @property
    def filestore(self) -> Path:
        return self.entry / "filestore"

    def provide(self, odoo: Odoo) -> None:
        """See that the cache has the template (and the named server, where there is one)."""
        what = f"template database ({len(self.modules)} standard addons)"
        lock = paths.cache_dir() / f"lock-template-{self.key}"
        with cache.lock(lock, "the template database"), console.step(what) as notes:
            if not odoo.server.private and self.database not in odoo.server.databases():
                cache.discard(self.entry)
            build = self._build_cluster if odoo.server.private else self._build_on_server
            notes.append("built" if cache.folder(self.entry, build) else "cached")
            cache.prune(self.entry)

    def _build_cluster(self, folder: Path) -> None:
        """Install the standard addons in a cluster for the purpose and keep that, stopped."""
        cluster = postgres.Cluster("build", durable=False)
        odoo = Odoo("build", self.tree, self.python, cluster)
        with cache.lock(paths.work_dir() / "lock-build", "the template database"):
            try:
                cluster.stop()
                self._clean(cluster, odoo)
                cluster.initialise()
                with cluster.running():
                    self._install(odoo, folder)
                (folder / "pg").mkdir(mode=0o700)
                postgres.copy_tree(cluster.data, folder / "pg")
            finally:
                cluster.stop()
                self._clean(cluster, odoo)

    @staticmethod
    def _clean(cluster: postgres.Cluster, odoo: Odoo) -> None:
        cache.discard(cluster.data)
        cache.discard(odoo.folder)

    def _build_on_server(self, folder: Path) -> None:
        odoo = Odoo("build", self.tree, self.python, postgres.choose("build", durable=False))
        building = f"{self.database}_building"
        odoo.server.drop(building)
        self._install(odoo, folder, building)
        odoo.server.sql(f'ALTER DATABASE "{building}" RENAME TO "{self.database}"')
        cache.discard(odoo.folder)

    def _install(self, odoo: Odoo, folder: Path, database: str = "") -> None:
        database = database or self.database
        odoo.write_config()
        odoo.install(database, init=self.modules, judge=())
        (folder / "filestore").mkdir(exist_ok=True)
        if odoo.filestore(database).is_dir():
            postgres.copy_tree(odoo.filestore(database), folder / "filestore")

    def fill(self, server: postgres.Server, replace: bool) -> None:
        """Give a private cluster the template; with ``replace`` also in place of another one."""
        if not server.private:
            return
        mark = server.data.parent / "template-key"
        present = mark.read_text() if server.exists() and mark.exists() else None
        if present and (not replace or present == self.key):
            return
        with console.step("PostgreSQL cluster from the template"):
            mark.unlink(missing_ok=True)
            server.copy_from(self.entry / "pg")
            mark.write_text(self.key)
