"""External ids of what was loaded: they say what is there already, so nothing is loaded twice."""

from __future__ import annotations

MODULE = "pmm_adventureworks"


class Store:
    """Records by name, under the external id ``pmm_adventureworks.<name>``.

    A record and its external id are written in the same transaction, so an interruption leaves
    either both or neither.
    """

    def __init__(self, env):
        self.env = env

    def ids(self, model) -> dict[str, int]:
        """Return the id of every loaded record of the model that is still there."""
        data = self.env["ir.model.data"].search_fetch(
            [("module", "=", MODULE), ("model", "=", model)], ["name", "res_id"], order="id"
        )
        alive = set(self.env[model].browse(data.mapped("res_id")).exists().ids)
        gone = data.filtered(lambda entry: entry.res_id not in alive)
        found = {entry.name: entry.res_id for entry in data - gone}
        gone.unlink()  # deleted without its external id (by a cascade): load it again
        return found

    def create(self, model, values: dict[str, dict]):
        """Create the records and their external ids; return the records, in order."""
        records = self.env[model].create(list(values.values()))
        self.register(dict(zip(values, records, strict=True)))
        return records

    def register(self, records: dict) -> None:
        self.env["ir.model.data"]._update_xmlids(
            [
                {"xml_id": f"{MODULE}.{name}", "record": record, "noupdate": True}
                for name, record in records.items()
            ]
        )

    def ensure(self, model, values: dict[str, dict]) -> dict[str, int]:
        """Create those that are missing; return the ids of all. What is there stays as it is."""
        found = self.ids(model)
        missing = {name: vals for name, vals in values.items() if name not in found}
        if missing:
            records = self.create(model, missing)
            found.update(zip(missing, records.ids, strict=True))
        return {name: found[name] for name in values}
