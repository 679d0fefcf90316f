"""Rules about our Python code, checked on its syntax trees: no Odoo, no database.

Each rule is a function over one file or one addon that yields what breaks it. Beside it stand the
examples which it has to find (`bad`) and to let pass (`good`), so that a rule which stopped biting
fails its own test. test_manifests.py has the rules about addons as a whole.
"""

import ast
import itertools
import subprocess
import unittest
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]

# Public methods that Odoo itself names and documents.
ODOO_HOOKS = {
    *("copy", "copy_data", "create", "default_get", "export_data", "fields_get", "get_view"),
    *("get_import_templates", "init", "load", "name_create", "name_search", "onchange", "read"),
    *("search", "search_fetch", "unlink", "web_read", "web_save", "web_search_read", "write"),
}
# What an engine may not import: Odoo, chance, the clock, the world outside.
IMPURE = {"odoo", "random", "secrets", "time", "uuid", "os", "io", "pathlib", "socket"}
CLOCK = {"now", "today", "utcnow"}
RUNS_SQL = {"models", "report", "migrations", "hooks.py"}
BUILDS_SQL = {"queries", "report", "migrations"}
EXECUTORS = {"execute_query", "execute_query_dict"}
MODEL_BASES = {"Model", "AbstractModel", "TransientModel"}

# Paths and texts of the examples.
MODEL, WIZARD, QUERY = "pmm_x/models/a.py", "pmm_x/wizard/a.py", "pmm_x/queries/a.py"
ENGINE, DEEP_ENGINE = "pmm_x/engine/a.py", "pmm_x/engine/deep/a.py"
CONTROLLER, HOOKS, TEST = "pmm_x/controllers/a.py", "pmm_x/hooks.py", "pmm_x/tests/test_a.py"
A = "class A(models.{}):\n    _name = 'a'\n"
B = "class B(models.{}):\n    _name = 'b'\n"
METHOD = "class A(models.Model):\n    def {}\n"


# What is checked
# ------------------------------------------------------------------------------
@dataclass(frozen=True)
class Source:
    """One text file; `path` is relative to the repository."""

    path: str
    text: str

    @cached_property
    def inside(self):
        """Return the path within the addon in parts, () for a file of no addon."""
        parts = tuple(self.path.split("/"))
        if parts[0].startswith("pmm_"):
            return parts[1:]
        return parts[2:] if parts[0] == "tests" and parts[1].startswith("test_") else ()

    @property
    def folder(self):
        return self.inside[0] if self.inside else ""

    @property
    def is_test(self):
        return "tests" in self.path.split("/")

    @property
    def is_engine(self):
        return "engine" in self.inside[:-1] and not self.is_test

    @cached_property
    def lines(self):
        return self.text.splitlines()

    def is_commented(self, number):
        """Tell whether the line above line `number` is a comment."""
        return number > 1 and self.lines[number - 2].lstrip().startswith("#")

    @cached_property
    def _nodes(self):
        by_type = {}  # {node class: [node]}
        for node in ast.walk(self._tree):
            by_type.setdefault(type(node), []).append(node)
        return by_type

    @cached_property
    def _tree(self):
        return ast.parse(self.text if self.path.endswith(".py") else "", self.path)

    @property
    def docstring(self):
        return ast.get_docstring(self._tree)

    def nodes(self, *types):
        """Return the syntax nodes of these types by line, nothing where the file is no Python."""
        found = [nodes for kind, nodes in self._nodes.items() if issubclass(kind, types)]
        return sorted(itertools.chain(*found), key=lambda node: node.lineno)


@dataclass(frozen=True)
class Addon:
    """One addon; `files` maps a path within it to its source."""

    path: str
    files: dict = field(default_factory=dict)

    @property
    def name(self):
        return self.path.rsplit("/", 1)[-1]

    @cached_property
    def manifest(self):
        return ast.literal_eval(self.files["__manifest__.py"].text)


def addons_of(sources):
    """Return the addons among `sources`: the folders with a manifest."""
    addons = {}
    for source in sources:
        if source.inside:
            path = source.path[: -len("/".join(source.inside)) - 1]
            addons.setdefault(path, Addon(path)).files["/".join(source.inside)] = source
    return [addon for addon in addons.values() if "__manifest__.py" in addon.files]


def repository_paths():
    """Return the files that git tracks or would track; without git, all but the hidden ones."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    if listed.returncode == 0:
        return sorted({path for path in listed.stdout.split("\0") if path})
    paths = (path.relative_to(ROOT) for path in ROOT.rglob("*"))
    return sorted(
        path.as_posix()
        for path in paths
        if not any(part.startswith(".") or part == "node_modules" for part in path.parts[:-1])
    )


def read_repository():
    """Return the sources of all text files of the repository."""
    sources = []
    for path in repository_paths():
        try:
            sources.append(Source(path, (ROOT / path).read_text("utf-8")))
        except (UnicodeDecodeError, FileNotFoundError, IsADirectoryError):
            continue  # an image, a file that is deleted but not yet from the index, a linked folder
    return sources


class Rules:
    """A list of rules, with the two tests that each of them has to pass."""

    def __init__(self):
        self._rules = []  # [(check, over addons?, bad examples, good examples)]

    def each_file(self, bad, good=()):
        """Register a check of one `Source`; an example is a pair (path, text)."""
        return self._register(
            False, [{path: text} for path, text in bad], [{path: text} for path, text in good]
        )

    def each_addon(self, bad, good=()):
        """Register a check of one `Addon`; an example is {path: text}."""
        return self._register(True, bad, good)

    def _register(self, over_addons, bad, good):
        def register(check):
            self._rules.append((check, over_addons, bad, good))
            return check

        return register

    def broken(self, sources):
        """Return a line for everything in `sources` that breaks a rule."""
        addons = addons_of(sources)
        return [
            f"{line} [{check.__name__}]"
            for check, over_addons, _bad, _good in self._rules
            for unit in (addons if over_addons else sources)
            for line in check(unit)
        ]

    def toothless(self):
        """Return a line for every example on which a rule does not say what it should."""
        lines = []
        for check, over_addons, bad, good in self._rules:
            for examples, expected in ((bad, True), (good, False)):
                for example in examples:
                    sources = [Source(path, text) for path, text in example.items()]
                    units = addons_of(sources) if over_addons else sources
                    found = [line for unit in units for line in check(unit)]
                    if bool(found) != expected:
                        lines.append(f"{check.__name__}: {example} gave {found}")
            if not bad:
                lines.append(f"{check.__name__} has no example which breaks it")
        return lines


RULES = Rules()


# Helpers of the rules
# ------------------------------------------------------------------------------
def at(source, node, message):
    return f"{source.path}:{node.lineno}: {message}"


def called(call):
    """Return the last name of what is called: `c` of `a.b.c()`."""
    return getattr(call.func, "attr", getattr(call.func, "id", ""))


def imported(source):
    """Yield (node, absolute module name) of every import; relative ones are left out."""
    for node in source.nodes(ast.Import):
        for alias in node.names:
            yield node, alias.name
    for node in source.nodes(ast.ImportFrom):
        if not node.level:
            for alias in node.names:
                yield node, f"{node.module}.{alias.name}"


def is_built_text(node):
    """Tell whether an expression puts text together: f-string, `+`, `%`, `.format()`, `.join()`."""
    return isinstance(node, ast.JoinedStr | ast.BinOp) or (
        isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr in {"format", "join", "replace"}
        and (isinstance(node.func.value, ast.Constant) or node.func.attr == "format")
    )


def is_constant(node):
    """Tell whether an expression is a constant, or a choice between constants."""
    if isinstance(node, ast.IfExp):
        return is_constant(node.body) and is_constant(node.orelse)
    return isinstance(node, ast.Constant)


def is_executor(call):
    return called(call) in EXECUTORS or (
        called(call) in {"execute", "executemany", "execute_values"}
        and isinstance(call.func, ast.Attribute)
        and getattr(call.func.value, "attr", getattr(call.func.value, "id", "")) in {"cr", "_cr"}
    )


def model_name(node):
    """Return the `_name` of the model that a class makes, None where it only extends one."""
    values = {
        getattr(statement.targets[0], "id", ""): statement.value
        for statement in node.body
        if isinstance(statement, ast.Assign)
    }
    name = getattr(values.get("_name"), "value", None)
    parents = [
        getattr(each, "value", None) for each in ast.walk(values.get("_inherit", ast.Pass()))
    ]
    return None if name in parents else name


def model_kind(node):
    """Return Model, AbstractModel or TransientModel for the class of a model, else None."""
    names = (getattr(base, "attr", getattr(base, "id", "")) for base in node.bases)
    return next((name for name in names if name in MODEL_BASES), None)


def own_calls(statement):
    """Yield the calls of a statement, without those of the statements inside it."""
    todo = [child for child in ast.iter_child_nodes(statement) if not isinstance(child, ast.stmt)]
    while todo:
        node = todo.pop()
        if isinstance(node, ast.Call):
            yield node
        todo += [child for child in ast.iter_child_nodes(node) if not isinstance(child, ast.stmt)]


# The rules
# ------------------------------------------------------------------------------
@RULES.each_file(
    bad=[
        (ENGINE, "import odoo"),
        (ENGINE, "from odoo.addons.pmm_y.engine import bands"),
        (ENGINE, "from ..models import thing"),
        (DEEP_ENGINE, "from random import choice"),
        (ENGINE, "day = datetime.date.today()"),
        (ENGINE, "moment = datetime.now(UTC)"),
        (ENGINE, "text = open('x').read()"),
    ],
    good=[
        (MODEL, "import odoo"),
        (ENGINE, "from datetime import date\nfrom .bands import Band"),
        (DEEP_ENGINE, "from ..bands import Band"),
        (TEST, "import random"),
    ],
)
def engine_is_pure(source):
    """An engine knows no Odoo, no clock, no chance, no file."""
    if not source.is_engine:
        return
    for node, module in imported(source):
        if module.split(".")[0] in IMPURE:
            yield at(source, node, f"an engine does not import {module.split('.')[0]}")
    for node in source.nodes(ast.ImportFrom):
        if node.level >= len(source.inside) - source.inside.index("engine"):
            yield at(source, node, "an engine imports nothing outside its folder")
    for call in source.nodes(ast.Call):
        is_clock = isinstance(call.func, ast.Attribute) and call.func.attr in CLOCK
        if is_clock or called(call) == "open":
            yield at(source, call, f"an engine does not call {called(call)}(): pass it in")


@RULES.each_file(
    bad=[
        (CONTROLLER, "self.env.cr.execute(query())"),
        (WIZARD, "self.env.execute_query(query())"),
        (QUERY, "env.execute_query_dict(query())"),
    ],
    good=[
        (MODEL, "self.env.execute_query(query())"),
        (HOOKS, "env.cr.execute(query())"),
        (TEST, "self.cr.execute(query())"),
        (WIZARD, "plan.execute()"),
    ],
)
def sql_runs_in_models(source):
    """Only models, reports, migrations and hooks run SQL."""
    if source.inside and not source.is_test and source.folder not in RUNS_SQL:
        for call in source.nodes(ast.Call):
            if is_executor(call):
                yield at(source, call, f"SQL runs only in {sorted(RUNS_SQL)}")


@RULES.each_file(
    bad=[(MODEL, "SQL('SELECT 1')"), (HOOKS, "tools.SQL('SELECT 1')")],
    good=[
        (QUERY, "SQL('SELECT 1')"),
        (MODEL, "SQL.identifier('x')"),
        (TEST, "SQL('SELECT 1')"),
    ],
)
def sql_is_written_in_queries(source):
    """A statement is written in queries/, report/ or migrations/."""
    if source.inside and not source.is_test and source.folder not in BUILDS_SQL:
        for call in source.nodes(ast.Call):
            if called(call) == "SQL":
                yield at(source, call, f"SQL is written only in {sorted(BUILDS_SQL)}")


@RULES.each_file(
    bad=[
        (QUERY, "SQL(f'SELECT {x}')"),
        (QUERY, "SQL('SELECT %s' % x)"),
        (QUERY, "SQL('SELECT ' + x)"),
        (QUERY, "SQL('SELECT {}'.format(x))"),
        (QUERY, "SQL(text)"),
        (MODEL, "self.env.cr.execute('SELECT 1')"),
        (TEST, "self.cr.execute(f'SELECT {x}')"),
    ],
    good=[
        (QUERY, "SQL('SELECT %s'\n    ' FROM x', SQL(', ').join(parts))"),
        (QUERY, "SQL('%s = %s' if strict else '%s <= %s', a, b)"),
        (MODEL, "self.env.cr.execute(unrewarded(self))"),
        (TEST, "self.cr.execute('SELECT %s', [x])"),
    ],
)
def sql_is_constant(source):
    """The text of a statement is a constant, what varies its argument; what runs is SQL()."""
    if not (source.inside or source.is_test):
        return
    for call in source.nodes(ast.Call):
        text = call.args[0] if call.args else None
        if called(call) == "SQL" and text is not None and not is_constant(text):
            yield at(source, call, "the first argument of SQL() is a constant string")
        elif is_executor(call) and (
            is_built_text(text) or (is_constant(text) and not source.is_test)
        ):
            yield at(source, call, "run an SQL object, not text")


@RULES.each_file(
    bad=[
        (MODEL, A.format("Model") + B.format("Model")),
        (MODEL, A.format("TransientModel")),
    ],
    good=[
        (MODEL, A.format("Model") + B.format("AbstractModel")),
        (WIZARD, A.format("TransientModel") + B.format("TransientModel")),
        (MODEL, "class A(models.TransientModel):\n    _inherit = 'a'"),
        (MODEL, A.format("Model") + B.format("Model") + "    _inherit = ['b', 'mixin']"),
    ],
)
def one_model_per_file(source):
    """A file in models/ makes one model (strategies beside it), a wizard lives in wizard/."""
    if source.folder != "models" or source.is_test:
        return
    kinds = [(node, model_kind(node)) for node in source.nodes(ast.ClassDef) if model_name(node)]
    for node in [node for node, kind in kinds if kind == "Model"][1:]:
        yield at(source, node, "a second _name in one file")
    for node in [node for node, kind in kinds if kind == "TransientModel"]:
        yield at(source, node, "a TransientModel lives in wizard/")


@RULES.each_file(
    bad=[(MODEL, "a = fields.Selection(selection_add=[('a', 'A')])")],
    good=[(MODEL, "a = fields.Selection(selection_add=[('a', 'A')], ondelete={'a': 'cascade'})")],
)
def selection_add_has_ondelete(source):
    """What an addon adds to a selection goes with it."""
    for call in source.nodes(ast.Call):
        keywords = {keyword.arg for keyword in call.keywords}
        if "selection_add" in keywords and "ondelete" not in keywords:
            yield at(source, call, "selection_add without ondelete")


@RULES.each_file(
    bad=[
        (MODEL, "from odoo.tools.safe_eval import safe_eval"),
        (MODEL, "tools.safe_eval(text)"),
        (MODEL, "eval(text)"),
        (WIZARD, "exec(text)"),
    ],
    good=[(MODEL, "ast.literal_eval(text)\nself._eval(text)")],
)
def no_evaluated_text(source):
    """No text becomes code."""
    if not source.inside:
        return
    for node, module in imported(source):
        if "safe_eval" in module:
            yield at(source, node, "safe_eval is not used")
    for call in source.nodes(ast.Call):
        if called(call) == "safe_eval" or getattr(call.func, "id", "") in {"eval", "exec"}:
            yield at(source, call, f"{called(call)}() is not used")


@RULES.each_file(
    bad=[
        (MODEL, "partner = self.sudo()"),
        (MODEL, "def f(self):\n    # why\n    x = 1\n    return self.sudo().name"),
        (CONTROLLER, "if a:  # why\n    partner.sudo().write(vals)"),
    ],
    good=[
        (MODEL, "# why\npartner = self.sudo()"),
        (MODEL, "# why\nfor line in (\n    self.sudo().line_ids\n):\n    pass"),
        (MODEL, "x = (\n    self\n    # why\n    .sudo()\n    .name\n)"),
        (MODEL, "x = self.sudo(False)"),
        (TEST, "x = self.sudo()"),
    ],
)
def sudo_has_its_reason(source):
    """A comment above each sudo() says why it is right."""
    if not source.inside or source.is_test:
        return
    for statement in source.nodes(ast.stmt):
        for call in own_calls(statement):
            drops_rights = bool(call.args) and getattr(call.args[0], "value", None) is False
            if called(call) == "sudo" and not drops_rights:
                here = call.func.end_lineno
                if not any(source.is_commented(line) for line in (statement.lineno, here)):
                    yield f"{source.path}:{here}: sudo() without a comment on the line above"


@RULES.each_file(
    bad=[(ENGINE, "x = 1"), (QUERY, "def question(): pass")],
    good=[(ENGINE, "'What is it?'"), ("pmm_x/queries/__init__.py", ""), (MODEL, "x = 1")],
)
def engines_and_queries_say_what_they_answer(source):
    """A file of an engine or of queries/ begins with the question that it answers."""
    asks = source.path.endswith(".py") and (source.is_engine or source.folder == "queries")
    if asks and source.text.strip() and not source.docstring:
        yield f"{source.path}: no docstring"


@RULES.each_file(
    bad=[(MODEL, METHOD.format("action_close(self): return 1"))],
    good=[
        (MODEL, METHOD.format("action_close(self): 'Close.'")),
        (MODEL, METHOD.format("write(self, vals): return 1")),
        (MODEL, METHOD.format("_help(self): return 1")),
        (MODEL, METHOD.format("action_post(self): return super().action_post()")),
    ],
)
def public_methods_are_documented(source):
    """Every public method of a model is an RPC endpoint and says what it does."""
    if source.folder != "models" or source.is_test:
        return
    for model in source.nodes(ast.ClassDef):
        for method in model.body if model_kind(model) else ():
            if (
                isinstance(method, ast.FunctionDef)
                and not method.name.startswith("_")
                and method.name not in ODOO_HOOKS
                and not ast.get_docstring(method)
                and not overrides(method)
            ):
                yield at(source, method, f"public method {method.name}() has no docstring")


def overrides(method):
    """Tell whether a method calls the method of the same name above it."""
    return any(
        isinstance(node, ast.Attribute)
        and node.attr == method.name
        and isinstance(node.value, ast.Call)
        and called(node.value) == "super"
        for node in ast.walk(method)
    )


@RULES.each_file(
    bad=[(MODEL, "\n" * 401), ("setup/a.py", "\n" * 401), ("tests/a.py", "\n" * 601)],
    good=[(MODEL, "\n" * 400), (TEST, "\n" * 600)],
)
def files_are_short(source):
    """A file over 400 lines (a test over 600) is split by question."""
    limit = 600 if source.is_test else 400
    if source.path.endswith(".py") and len(source.lines) > limit:
        yield f"{source.path}: {len(source.lines)} lines, at most {limit}"


# The tests
# ------------------------------------------------------------------------------
class TestArchitecture(unittest.TestCase):
    def test_each_rule_finds_its_bad_examples_and_passes_the_good_ones(self):
        self.assertEqual([], RULES.toothless())

    def test_the_code_keeps_the_rules(self):
        broken = RULES.broken(read_repository())
        if broken:
            self.fail("\n" + "\n".join(broken))


if __name__ == "__main__":
    unittest.main()
