"""The synthetic documents of one size, kept in the user's cache as a template database.

They are made on the standard addons alone, so a change of ours needs no new ones: our addons and
the programme are put on a copy at the beginning of each benchmark.
"""

from __future__ import annotations

from datetime import date
from pathlib import Path

from .. import addons, paths, postgres, template
from ..odoo_cli import Odoo
from . import shell

HERE = Path(__file__).resolve().parent
SOURCES = ("generate.py", "documents.sql", "sizes.py")


class Data(template.Template):
    """A template that also holds partners, invoices and credit notes up to this month."""

    def __init__(self, tree, python: Path, ours: dict[str, addons.Addon], size: str, today: date):
        super().__init__(tree, python, ours)
        self.size, self.today = size, today
        sources = [(HERE / name).read_bytes() for name in SOURCES]
        self.key = paths.digest(self.key, *sources, size, f"{today:%Y-%m}")
        self.entry = paths.cache_dir() / "bench" / self.key
        if postgres.external():
            self.database = f"pmm_bench_{self.key}"

    def _install(self, odoo: Odoo, folder: Path, database: str = "") -> None:
        database = database or self.database
        super()._install(odoo, folder, database)
        shell.run(odoo, database, "documents", size=self.size, today=self.today.isoformat())
        odoo.server.sql("VACUUM ANALYZE", database)
        if odoo.filestore(database).is_dir():
            postgres.copy_tree(odoo.filestore(database), folder / "filestore")
