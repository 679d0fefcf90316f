"""What does a formula over the codes of KPIs mean, and what is its value?

A formula is parsed to a small tree, of which nothing is ever executed. It knows numbers, codes,
``+ - * /``, a minus sign, parentheses, and the :data:`FUNCTIONS`:

>>> tree = parse("margin / revenue * 100")
>>> sorted(names(tree))
['margin', 'revenue']
>>> evaluate(tree, {"margin": Decimal(30), "revenue": Decimal(120)})
Decimal('25')

*No data* (None) makes the whole void, and so does a division by zero:

>>> evaluate(tree, {"margin": None, "revenue": Decimal(120)}) is None
True
>>> evaluate(tree, {"margin": Decimal(30), "revenue": Decimal(0)}) is None
True

A quotient is cut after :data:`QUOTIENT_DIGITS` digits, ``round`` rounds half away from zero,
all else is exact; :mod:`queries.formula` says the same in SQL.

>>> evaluate(parse("min(orders, 10) + 2 * meetings"), {"orders": Decimal(12), "meetings": 3})
Decimal('16')
>>> evaluate(parse("round(-2.345, 2)"), {}), evaluate(parse("round(2.5)"), {})
(Decimal('-2.35'), Decimal('3'))
>>> evaluate(parse("abs(max(-7, -3)) - -1"), {})
Decimal('4')

What is refused names its place and a code that the caller words:

>>> def refused(text):
...     try:
...         return parse(text)
...     except FormulaError as error:
...         return error.code, error.position, error.detail
>>> refused("a ** 2")
('operator', 1, '')
>>> refused("a; b"), refused("x.y"), refused("sum(a)")
(('character', 2, ';'), ('syntax', 1, ''), ('function', 1, 'sum'))
>>> refused(""), refused("1e9 * a"), refused("a + (b"), refused("0,5 * a")
(('empty', 1, ''), ('number', 1, '1e9'), ('syntax', 5, ''), ('comma', 1, ''))
"""

import ast
import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import ROUND_DOWN, ROUND_HALF_UP, Context, Decimal

MAX_LENGTH = 500
MAX_DEPTH = 50
MAX_NODES = 100
# of a number: digits before and after the point
MAX_WHOLE_DIGITS = 12
MAX_DECIMALS = 8
MAX_ROUND_DIGITS = 8
QUOTIENT_DIGITS = 18
# {name: the least and the most arguments}
FUNCTIONS = {"min": (2, 20), "max": (2, 20), "round": (1, 2), "abs": (1, 1)}

_FOREIGN = re.compile(r"[^A-Za-z0-9_+\-*/().,\s]")
_NUMBER = re.compile(r"(\d*)(?:\.(\d*))?")
_OPERATORS = {ast.Add: "+", ast.Sub: "-", ast.Mult: "*", ast.Div: "/"}
# MAX_NODES numbers and quotients of the lengths above fit in: nothing is ever rounded by chance
_CONTEXT = Context(prec=20000, Emax=999999, Emin=-999999)


class FormulaError(ValueError):
    """Why a text is no formula: ``code``, ``position`` (from 1) and what it is about."""

    def __init__(self, code, position=1, detail=""):
        super().__init__(code, position, detail)
        self.code, self.position, self.detail = code, position, detail


@dataclass(frozen=True)
class Number:
    """A number as it is written."""

    value: Decimal


@dataclass(frozen=True)
class Name:
    """The code of a KPI, and where it stands in the text (from 1)."""

    code: str
    position: int


@dataclass(frozen=True)
class Operation:
    """``+ - * /``, ``neg`` or a function, of one or more parts; ``digits`` of ``round``."""

    operator: str
    parts: tuple
    digits: int = 0


def parse(text):
    """Return the tree of ``text``, or raise :class:`FormulaError`.

    >>> parse("2 * a").operator
    '*'
    """
    text = re.sub(r"\s", " ", text or "")
    if not text.strip():
        raise FormulaError("empty")
    if len(text) > MAX_LENGTH:
        raise FormulaError("long", MAX_LENGTH + 1)
    if foreign := _FOREIGN.search(text):
        raise FormulaError("character", foreign.start() + 1, foreign.group())
    blanks = len(text) - len(text.lstrip())
    try:
        body = ast.parse(text.strip(), mode="eval").body
    except SyntaxError as error:
        # 0: something is missing at the end
        raise FormulaError("syntax", blanks + (error.offset or len(text.strip()) + 1)) from None
    except (RecursionError, MemoryError):
        raise FormulaError("deep") from None
    if sum(isinstance(node, ast.expr) for node in ast.walk(body)) > MAX_NODES:
        raise FormulaError("long")
    return _Reader(text.strip(), blanks).tree_of(body)


def names(tree):
    """Return the codes that ``tree`` names.

    >>> sorted(names(parse("a + b / a")))
    ['a', 'b']
    """
    return {name.code for name in _found(tree)}


def position_of(tree, code):
    """Return where ``code`` stands first in the text of ``tree``, from 1.

    >>> position_of(parse("2 * a + a"), "a")
    5
    """
    return min(name.position for name in _found(tree) if name.code == code)


def renamed(text, old, new):
    """Return ``text`` with the code ``new`` where ``old`` stood; nothing else moves.

    >>> renamed("rev / max(rev2,  rev) ", "rev", "turnover")
    'turnover / max(rev2,  turnover) '
    """
    for name in sorted(_found(parse(text)), key=lambda each: -each.position):
        if name.code == old:
            start = name.position - 1
            text = text[:start] + new + text[start + len(old) :]
    return text


def evaluate(tree, values: Mapping):
    """Return the Decimal that ``tree`` has with ``values`` {code: Decimal or None}, or None.

    >>> evaluate(parse("2 / 3 * 3"), {})
    Decimal('1.999999999999999998')
    """
    found = _evaluate(tree, values)
    return found if found is None else _plain(found)


def _evaluate(tree, values):
    if isinstance(tree, Number):
        return tree.value
    if isinstance(tree, Name):
        value = values[tree.code]
        return value if value is None else Decimal(value)
    parts = [_evaluate(part, values) for part in tree.parts]
    if None in parts:
        return None
    return _OPERATIONS[tree.operator](tree, *parts)


def _quotient(_tree, dividend, divisor):
    if not divisor:
        return None
    whole = _CONTEXT.divide_int(dividend.scaleb(QUOTIENT_DIGITS, _CONTEXT), divisor)
    return whole.scaleb(-QUOTIENT_DIGITS, _CONTEXT).quantize(
        Decimal(1).scaleb(-QUOTIENT_DIGITS), rounding=ROUND_DOWN, context=_CONTEXT
    )


def _rounded(tree, value):
    unit = Decimal(1).scaleb(-tree.digits)
    return value.quantize(unit, rounding=ROUND_HALF_UP, context=_CONTEXT)


_OPERATIONS = {
    "+": lambda _tree, first, second: _CONTEXT.add(first, second),
    "-": lambda _tree, first, second: _CONTEXT.subtract(first, second),
    "*": lambda _tree, first, second: _CONTEXT.multiply(first, second),
    "/": _quotient,
    "neg": lambda _tree, part: part.copy_negate(),
    "abs": lambda _tree, part: part.copy_abs(),
    "round": _rounded,
    "min": lambda _tree, *parts: min(parts),
    "max": lambda _tree, *parts: max(parts),
}


def _plain(value):
    """Return ``value`` without idle zeros behind the point, and without exponent.

    >>> _plain(Decimal("2.500")), _plain(Decimal("100")), _plain(Decimal("-0.0"))
    (Decimal('2.5'), Decimal('100'), Decimal('0'))
    """
    if not value:
        return Decimal(0)
    short = value.normalize(_CONTEXT)
    return short if short.as_tuple().exponent <= 0 else short.quantize(Decimal(1), context=_CONTEXT)


def _found(tree):
    """Return the Names in ``tree``."""
    if isinstance(tree, Name):
        return [tree]
    if isinstance(tree, Number):
        return []
    return [name for part in tree.parts for name in _found(part)]


class _Reader:
    """Turns Python's syntax nodes into our tree and refuses all that we do not know."""

    def __init__(self, text, blanks):
        self.text, self.blanks = text, blanks

    def tree_of(self, node, depth=1):
        if depth > MAX_DEPTH:
            raise self._error("deep", node)
        if isinstance(node, ast.Constant):
            return self._number(node)
        if isinstance(node, ast.Name):
            if node.id in FUNCTIONS:
                raise self._error("bare_function", node, node.id)
            return Name(node.id, self._position(node))
        if isinstance(node, ast.BinOp):
            operator = _OPERATORS.get(type(node.op))
            if not operator:
                raise self._error("operator", node)
            return Operation(
                operator, (self.tree_of(node.left, depth + 1), self.tree_of(node.right, depth + 1))
            )
        if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
            return Operation("neg", (self.tree_of(node.operand, depth + 1),))
        if isinstance(node, ast.Call):
            return self._call(node, depth)
        if isinstance(node, ast.Tuple):
            raise self._error("comma", node)
        raise self._error("syntax", node)

    def _call(self, node, depth):
        name = getattr(node.func, "id", "")
        if name not in FUNCTIONS:
            raise self._error("function", node, name)
        least, most = FUNCTIONS[name]
        known = not any(isinstance(arg, ast.Starred) for arg in node.args)
        if node.keywords or not known or not least <= len(node.args) <= most:
            raise self._error("arguments", node, name)
        args, digits = node.args, 0
        if name == "round" and len(args) == 2:
            args, digits = args[:1], self._digits(args[1])
        return Operation(name, tuple(self.tree_of(arg, depth + 1) for arg in args), digits)

    def _digits(self, node):
        if isinstance(node, ast.Constant):
            value = self._number(node).value
            if value == value.to_integral_value() and value <= MAX_ROUND_DIGITS:
                return int(value)
        raise self._error("digits", node)

    def _number(self, node):
        # what is written, not the float that Python makes of it
        written = ast.get_source_segment(self.text, node) or ""
        match = _NUMBER.fullmatch(written)
        if not match or not any(match.groups()):
            raise self._error("number", node, written)
        whole, decimals = match.group(1).lstrip("0"), match.group(2) or ""
        if len(whole) > MAX_WHOLE_DIGITS or len(decimals) > MAX_DECIMALS:
            raise self._error("huge", node, written)
        return Number(Decimal(written))

    def _position(self, node):
        return self.blanks + node.col_offset + 1

    def _error(self, code, node, detail=""):
        return FormulaError(code, self._position(node), detail)
