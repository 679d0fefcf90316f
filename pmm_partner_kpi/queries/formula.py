"""What does a formula mean in SQL? (the same as :func:`engine.formula.evaluate`)

Everything is ``numeric``. NULL is "no data" and makes the whole NULL, as in Python.
"""

from odoo.tools import SQL

from ..engine.formula import QUOTIENT_DIGITS, Name, Number

_SCALE = SQL("%s::numeric", str(10**QUOTIENT_DIGITS))
_UNIT = SQL("%s::numeric", f"0.{'1'.zfill(QUOTIENT_DIGITS)}")


def formula(tree, columns):
    """Return the SQL expression of ``tree``; ``columns`` is {code: SQL of its value}."""
    if isinstance(tree, Number):
        return SQL("%s::numeric", str(tree.value))
    if isinstance(tree, Name):
        return SQL("(%s)::numeric", columns[tree.code])
    parts = [formula(part, columns) for part in tree.parts]
    return _OPERATIONS[tree.operator](tree, *parts)


def _quotient(_tree, dividend, divisor):
    # DIV is exact, while "/" rounds where PostgreSQL thinks that there are digits enough
    return SQL("(DIV((%s) * %s, NULLIF(%s, 0)) * %s)", dividend, _SCALE, divisor, _UNIT)


def _least(_tree, *parts):
    return SQL("(SELECT CASE WHEN COUNT(*) = COUNT(part) THEN MIN(part) END FROM %s)", _rows(parts))


def _greatest(_tree, *parts):
    return SQL("(SELECT CASE WHEN COUNT(*) = COUNT(part) THEN MAX(part) END FROM %s)", _rows(parts))


def _rows(parts):
    # LEAST and GREATEST pass NULLs over; a CASE would repeat the parts, nested ones many times
    rows = SQL(", ").join(SQL("(%s)", part) for part in parts)
    return SQL("(VALUES %s) AS parts(part)", rows)


_OPERATIONS = {
    "+": lambda _tree, first, second: SQL("(%s + %s)", first, second),
    "-": lambda _tree, first, second: SQL("(%s - %s)", first, second),
    "*": lambda _tree, first, second: SQL("(%s * %s)", first, second),
    "/": _quotient,
    "neg": lambda _tree, part: SQL("(- %s)", part),
    "abs": lambda _tree, part: SQL("ABS(%s)", part),
    "round": lambda tree, part: SQL("ROUND(%s, %s)", part, tree.digits),
    "min": _least,
    "max": _greatest,
}
