"""Rules about addons as a whole: manifests, access rights, translations, migrations, texts.

Written and tested like the rules in test_architecture.py, which also reads the repository.
"""

import ast
import csv
import json
import re
import unittest

from test_architecture import (
    ROOT,
    Rules,
    addons_of,
    at,
    imported,
    model_kind,
    model_name,
    read_repository,
)

# What each addon may know of the others; every other pmm_* addon is glue and joins what it likes.
KNOWS = {
    "pmm_partner_kpi": set(),
    "pmm_rewards": {"pmm_partner_kpi"},
    "pmm_offers": {"pmm_partner_kpi", "pmm_rewards"},
    "pmm_elearning": {"pmm_partner_kpi"},
    "pmm_analytics": {"pmm_partner_kpi", "pmm_rewards", "pmm_offers"},
}
AUTHOR, LICENSE, VERSION = "PMM contributors", "LGPL-3", r"19\.0(\.\d+){3}"
DATA_FOLDERS = {"data", "demo", "report", "security", "views", "wizard"}
MODEL_FOLDERS = {"models", "report", "wizard"}
METAPACKAGE = "setup/_metapackage/pyproject.toml"
ACCESS = "security/ir.model.access.csv"

# Spelt so that they do not find themselves.
UNFINISHED = re.compile(r"\b(TO[D]O|FIX[M]E)\b")
MACHINE = re.compile(r"(?<![\w./-])/(work|root)(?![\w-])")
REGISTRY = re.compile(r"pypi[.]org|pythonhosted[.]org|registry[.]npmjs|(deb|ftp|security)[.]debian")

# Texts of the examples.
MANIFEST = "pmm_x/__manifest__.py"
EMPTY = {MANIFEST: "{}"}
GOOD = {
    MANIFEST: "{'author': 'PMM contributors', 'license': 'LGPL-3', 'version': '19.0.1.0.0'}",
    "pmm_x/pyproject.toml": '[build-system]\nrequires = ["whool"]',
}
MODELS = {**EMPTY, "pmm_x/models/a.py": "class A(models.Model):\n    _name = 'pmm.a'"}
POT = 'msgid ""\nmsgstr "Language: "\n\nmsgid "Plan"\nmsgstr ""\n'
PO = 'msgid ""\nmsgstr "Language: ru"\n\nmsgid "Plan"\nmsgstr "План"\n'


def translated(po, pot=POT):
    """Return an example addon with these translations."""
    return {**MODELS, "pmm_x/i18n/pmm_x.pot": pot, "pmm_x/i18n/ru.po": po}


RULES = Rules()


# Helpers of the rules
# ------------------------------------------------------------------------------
def po_entries(text):
    """Return [(msgid, [msgstr], fuzzy?)] of a .po file, without its header and obsolete entries.

    >>> po_entries('#, fuzzy\\nmsgid "a"\\n"b"\\nmsgstr ""\\n')
    [('ab', [''], True)]
    """
    entries, fuzzy, texts = [], False, None
    for line in text.splitlines():
        keyword, _space, rest = line.partition(" ")
        if keyword == "#,":
            fuzzy = "fuzzy" in rest
        elif keyword == "msgid":
            texts = [rest]
            entries.append((texts, [], fuzzy))
            fuzzy = False
        elif keyword.startswith("msgstr"):
            texts = [rest]
            entries[-1][1].append(texts)
        elif keyword in {"msgctxt", "msgid_plural"}:
            texts = []
        elif line.startswith('"'):
            texts.append(line)
    joined = [
        (unquote(msgid), [unquote(text) for text in texts], fuzzy)
        for msgid, texts, fuzzy in entries
    ]
    return [entry for entry in joined if entry[0]]


def unquote(parts):
    return "".join(json.loads(part, strict=False) for part in parts)


def numbers(version):
    return tuple(int(number) for number in version.split("."))


def named_models(addon):
    """Yield (source, class node, `_name`) of the models of an addon which have a table."""
    for source in addon.files.values():
        if source.folder in MODEL_FOLDERS:
            for node in source.nodes(ast.ClassDef):
                if model_name(node) and model_kind(node) in {"Model", "TransientModel"}:
                    yield source, node, model_name(node)


# The rules
# ------------------------------------------------------------------------------
@RULES.each_addon(
    bad=[
        {**GOOD, MANIFEST: GOOD[MANIFEST].replace("LGPL-3", "OPL-1")},
        {**GOOD, MANIFEST: GOOD[MANIFEST].replace("19.0.1.0.0", "19.0.1.0")},
        {**GOOD, MANIFEST: GOOD[MANIFEST].replace("19.0.1.0.0", "18.0.1.0.0")},
        {**GOOD, MANIFEST: GOOD[MANIFEST].replace("PMM contributors", "Somebody")},
        {MANIFEST: GOOD[MANIFEST]},
        {**GOOD, "pmm_x/pyproject.toml": "[project]"},
    ],
    good=[GOOD],
)
def manifest_says_who_and_what(addon):
    """Author, licence, version; a wheel is built by whool."""
    manifest = addon.manifest
    if manifest.get("author") != AUTHOR:
        yield f"{addon.path}: author is not {AUTHOR}"
    if manifest.get("license") != LICENSE:
        yield f"{addon.path}: license is not {LICENSE}"
    if not re.fullmatch(VERSION, manifest.get("version", "")):
        yield f"{addon.path}: version is not 19.0.x.y.z"
    project = addon.files.get("pyproject.toml")
    if addon.path.startswith("pmm_") and (not project or '"whool"' not in project.text):
        yield f"{addon.path}: no pyproject.toml of whool"


@RULES.each_addon(
    bad=[
        {MANIFEST: "{'data': ['views/a.xml']}"},
        {**EMPTY, "pmm_x/views/a.xml": ""},
        {**EMPTY, "pmm_x/security/ir.model.access.csv": ""},
        {MANIFEST: "{'data': ['demo/a.xml']}", "pmm_x/demo/a.xml": ""},
        {MANIFEST: "{'data': ['views/a.xml', 'views/a.xml']}", "pmm_x/views/a.xml": ""},
    ],
    good=[
        {
            MANIFEST: "{'data': ['views/a.xml'], 'demo': ['demo/a.xml']}",
            "pmm_x/views/a.xml": "",
            "pmm_x/demo/a.xml": "",
            "pmm_x/data/files/dashboard.json": "",
            "pmm_x/static/src/a.xml": "",
        }
    ],
)
def data_files_are_listed(addon):
    """Every data file exists and is loaded once, demo data as demo data."""
    data, demo = addon.manifest.get("data", []), addon.manifest.get("demo", [])
    for path in {*data, *demo} - set(addon.files):
        yield f"{addon.path}: the manifest lists {path}, which does not exist"
    for path in {path for path in data + demo if (data + demo).count(path) > 1}:
        yield f"{addon.path}: the manifest lists {path} twice"
    for path, source in addon.files.items():
        folder, _slash, name = path.rpartition("/")
        wanted = demo if folder == "demo" else data
        if folder in DATA_FOLDERS and name.endswith((".xml", ".csv")) and path not in wanted:
            yield f"{source.path}: not listed in the manifest"


@RULES.each_addon(
    bad=[
        {"pmm_rewards/__manifest__.py": "{'depends': ['account', 'pmm_offers']}"},
        {"pmm_partner_kpi/__manifest__.py": "{'depends': ['pmm_glue']}"},
        {"pmm_analytics/__manifest__.py": "{'depends': ['pmm_elearning']}"},
        {
            "pmm_rewards/__manifest__.py": "{}",
            "pmm_rewards/models/a.py": "from odoo.addons.pmm_offers.models import offer",
        },
        {"pmm_rewards/__manifest__.py": "{}", "pmm_rewards/a.py": "import odoo.addons.pmm_offers"},
        {"pmm_glue/__manifest__.py": "{'depends': ['pmm_offers', 'pmm_elearning']}"},
    ],
    good=[
        {
            "pmm_rewards/__manifest__.py": "{'depends': ['account', 'pmm_partner_kpi']}",
            "pmm_rewards/models/a.py": "from odoo.addons.pmm_partner_kpi.models import kpi",
        },
        {"pmm_glue/__manifest__.py": "{'depends': ['pmm_offers'], 'auto_install': ['pmm_offers']}"},
        {"tests/test_pmm/__manifest__.py": "{'depends': ['pmm_offers', 'pmm_elearning']}"},
    ],
)
def dependencies_point_one_way(addon):
    """Nobody knows who is above it; what joins two addons installs itself."""
    if not addon.path.startswith("pmm_"):
        return
    if addon.name not in KNOWS:
        if not addon.manifest.get("auto_install"):
            yield f"{addon.path}: a glue addon has auto_install"
        return
    known = KNOWS[addon.name] | {addon.name}
    for name in addon.manifest.get("depends", ()):
        if name.startswith("pmm_") and name not in known:
            yield f"{addon.path}: must not depend on {name}"
    for source in addon.files.values():
        for node, module in imported(source):
            match = re.match(r"odoo\.addons\.(pmm_\w+)", module)
            if match and match[1] not in known:
                yield at(source, node, f"must not import {match[1]}")


@RULES.each_addon(
    bad=[
        {**EMPTY, "pmm_x/tests/test_a.py": ""},
        {**EMPTY, "pmm_x/tests/__init__.py": "from . import test_b", "pmm_x/tests/test_a.py": ""},
    ],
    good=[
        {
            **EMPTY,
            "pmm_x/tests/__init__.py": "from . import test_a",
            "pmm_x/tests/test_a.py": "",
            "pmm_x/tests/common.py": "",
        },
    ],
)
def each_test_is_imported(addon):
    """Odoo runs only the tests that tests/__init__.py imports."""
    init = addon.files.get("tests/__init__.py")
    imports = init.nodes(ast.ImportFrom) if init else ()
    found = {alias.name for node in imports for alias in node.names}
    for path, source in addon.files.items():
        match = re.fullmatch(r"tests/(test_\w+)\.py", path)
        if match and match[1] not in found:
            yield f"{source.path}: not imported in tests/__init__.py"


@RULES.each_addon(
    bad=[
        MODELS,
        {**MODELS, "pmm_x/security/ir.model.access.csv": "id,model_id:id\na,model_pmm_b"},
        {
            **EMPTY,
            "pmm_x/wizard/a.py": "class A(models.TransientModel):\n    _name = 'pmm.a'",
        },
    ],
    good=[
        {**MODELS, "pmm_x/security/ir.model.access.csv": "id,model_id:id\na,model_pmm_a"},
        {**MODELS, "pmm_x/security/ir.model.access.csv": "id,model_id/id\na,pmm_x.model_pmm_a"},
        {**EMPTY, "pmm_x/models/a.py": "class A(models.AbstractModel):\n    _name = 'pmm.a'"},
        {**EMPTY, "pmm_x/tests/a.py": "class A(models.Model):\n    _name = 'pmm.a'"},
    ],
)
def models_have_access_rights(addon):
    """Every table and every wizard has a line in the access list of its addon."""
    access = addon.files.get(ACCESS)
    rows = csv.DictReader(access.lines) if access else ()
    listed = {row.get("model_id:id") or row.get("model_id/id") or "" for row in rows}
    listed = {xmlid.rpartition(".")[2] for xmlid in listed}
    for source, node, name in named_models(addon):
        if "model_" + name.replace(".", "_") not in listed:
            yield at(source, node, f"{name} has no line in {ACCESS}")


@RULES.each_addon(
    bad=[
        MODELS,
        {**EMPTY, "pmm_x/views/a.xml": ""},
        translated(PO.replace("План", "")),
        translated(PO.replace('"План"', '""\n""')),
        translated(PO.replace('msgid "Plan"', '#, fuzzy\nmsgid "Plan"')),
        translated(PO + '\nmsgid ""\n"Two "\n"lines"\nmsgstr ""\n'),
        translated(PO + '\nmsgid "%d day"\nmsgid_plural "%d days"\nmsgstr[0] "a"\nmsgstr[1] ""\n'),
        translated(PO, POT + '\nmsgid "Rule"\nmsgstr ""\n'),
    ],
    good=[
        EMPTY,
        translated(PO),
        translated(PO + '\nmsgid ""\n"Two "\n"\\"lines\\""\nmsgstr ""\n"Две "\n"строки"\n'),
        translated(PO + '\n#~ msgid "Old"\n#~ msgstr ""\n'),
    ],
)
def everything_is_translated(addon):
    """What users read has a template and a whole Russian translation."""
    folders = {source.folder for source in addon.files.values()}
    if not addon.path.startswith("pmm_") or not folders & {"models", "views"}:
        return
    pot, po = addon.files.get(f"i18n/{addon.name}.pot"), addon.files.get("i18n/ru.po")
    if not pot or not po:
        yield f"{addon.path}: no i18n/{addon.name}.pot or no i18n/ru.po"
        return
    entries = po_entries(po.text)
    for msgid, msgstrs, fuzzy in entries:
        if fuzzy or not msgstrs or not all(msgstrs):
            yield f"{po.path}: {'fuzzy' if fuzzy else 'untranslated'}: {msgid[:60]!r}"
    known = {msgid for msgid, _msgstrs, _fuzzy in entries}
    for msgid, _msgstrs, _fuzzy in po_entries(pot.text):
        if msgid not in known:
            yield f"{po.path}: missing: {msgid[:60]!r}"


@RULES.each_addon(
    bad=[
        {**GOOD, "pmm_x/migrations/19.0.1.1.0/post-migrate.py": ""},
        {**GOOD, "pmm_x/migrations/1.0/post-migrate.py": ""},
    ],
    good=[
        {**GOOD, "pmm_x/migrations/19.0.1.0.0/pre-migrate.py": ""},
        {**GOOD, "pmm_x/migrations/0.0.0/end-migrate.py": ""},
        GOOD,
    ],
)
def migrations_are_not_ahead(addon):
    """A migration beyond the version in the manifest would never run."""
    for path, source in addon.files.items():
        if source.folder == "migrations" and path.count("/") > 1:
            version = path.split("/")[1]
            if version == "0.0.0":
                continue
            if not re.fullmatch(VERSION, version):
                yield f"{source.path}: {version} is not 19.0.x.y.z"
            elif numbers(version) > numbers(addon.manifest["version"]):
                yield f"{source.path}: the manifest says {addon.manifest['version']}"


@RULES.each_file(
    bad=[
        ("pmm_x/models/a.py", "x = 1  # TO" + "DO later"),
        ("pmm_x/views/a.xml", "<!-- FIX" + "ME -->"),
    ],
    good=[("pmm_x/models/a.py", "todo = mastodon")],
)
def nothing_is_left_for_later(source):
    """What is to be done stands in readme/ROADMAP.md, in words."""
    yield from matches(source, UNFINISHED, "unfinished")


@RULES.each_file(
    bad=[
        ("setup/check", "cd /" + "work/main"),
        ("setup/a.py", "home = '/" + "root'"),
        ("README.md", "see https://pypi" + ".org/project/x"),
        ("package-lock.json", '"https://registry' + '.npmjs.org/x.tgz"'),
        ("setup/a.list", "deb http://deb" + ".debian.org/debian sid main"),
    ],
    good=[
        ("README.md", "an addon on PyPI, a network/workflow, $HOME/work, //root, /my/root"),
        ("pmm_x/views/a.xml", "<xpath expr='//work'/>"),
    ],
)
def no_machine_is_named(source):
    """No path of a developer's machine, no host of a package registry."""
    yield from matches(source, MACHINE, "a path of a machine")
    yield from matches(source, REGISTRY, "the host of a registry")


def matches(source, pattern, message):
    if pattern.search(source.text):  # one search per file, line by line only where it hits
        for number, line in enumerate(source.lines, 1):
            if pattern.search(line):
                yield f"{source.path}:{number}: {message}: {line.strip()[:80]}"


# The tests
# ------------------------------------------------------------------------------
class TestManifests(unittest.TestCase):
    def test_each_rule_finds_its_bad_examples_and_passes_the_good_ones(self):
        self.assertEqual([], RULES.toothless())

    def test_the_addons_keep_the_rules(self):
        broken = RULES.broken(read_repository())
        if broken:
            self.fail("\n" + "\n".join(broken))

    def test_the_metapackage_brings_every_addon(self):
        text = (ROOT / METAPACKAGE).read_text("utf-8")
        addons = {addon.name for addon in addons_of(read_repository()) if "/" not in addon.path}
        self.assertLessEqual(addons, set(re.findall(r'"odoo-addon-(pmm_\w+)>=19\.0dev', text)))


if __name__ == "__main__":
    unittest.main()
