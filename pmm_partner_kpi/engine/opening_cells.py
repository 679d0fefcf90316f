r"""What number or day stands in a cell that a person typed?

A spreadsheet has real numbers and dates; a text file has what its writer is used to. What can be
read in two ways is refused (None), never guessed.

>>> number("1.234,50", ",", "."), number("1234,5", ",", "."), number("-3", ",", ".")
(Decimal('1234.50'), Decimal('1234.5'), Decimal('-3'))
>>> number("1.5", ",", "."), number("12,34", ".", ","), number("abc", ".", ",")
(None, None, None)
>>> number("1 234,5", ",", "\u00a0")
Decimal('1234.5')
>>> day("2026-03-31", "%d.%m.%Y"), day("31.03.2026", "%d.%m.%Y")
(datetime.date(2026, 3, 31), datetime.date(2026, 3, 31))
>>> day("03/31/2026", "%d.%m.%Y"), day("2026-02-30", "%d.%m.%Y")
(None, None)
"""

import re
from datetime import date, datetime
from decimal import Decimal

# what a numeric column of 20 digits, 4 of them decimals, holds
LIMIT = Decimal(10) ** 15
PLACES = 4


def number(cell, decimal_point, thousands_sep):
    """Return the Decimal that ``cell`` says, None where it is none, or not clearly one.

    >>> number(12.5, ".", ","), number(0.1 + 0.2, ".", ","), number(True, ".", ",")
    (Decimal('12.5'), None, None)
    >>> number("", ".", ",") is None, number("1,234,567.1234", ".", ",")
    (True, Decimal('1234567.1234'))
    """
    if isinstance(cell, bool):
        return None
    if isinstance(cell, int | float | Decimal):
        text = repr(cell) if isinstance(cell, float) else str(cell)
    else:
        text = _plain(str(cell or ""), decimal_point, thousands_sep)
    if not text or not re.fullmatch(r"[+-]?\d+(\.\d+)?(e[+-]?\d+)?", text, re.IGNORECASE):
        return None
    value = Decimal(text)
    if abs(value) >= LIMIT or -value.as_tuple().exponent > PLACES:
        return None
    return value


def day(cell, date_format):
    """Return the date that ``cell`` says: a real date, ISO, or written in ``date_format``.

    >>> day(datetime(2026, 3, 31), "%d.%m.%Y"), day(46112, "%d.%m.%Y")
    (datetime.date(2026, 3, 31), None)
    """
    if isinstance(cell, datetime):
        return cell.date()
    if isinstance(cell, date):
        return cell
    if not isinstance(cell, str):
        return None
    for pattern in ("%Y-%m-%d", date_format):
        try:
            return datetime.strptime(cell.strip(), pattern).date()
        except ValueError:
            continue
    return None


def key(cell):
    """Return how names are compared: without case, blanks at the ends and doubled blanks.

    >>> key("  Acme   Trading "), key(None), key(1001)
    ('acme trading', '', '1001')
    """
    return " ".join(str("" if cell is None else cell).split()).casefold()


def _plain(text, decimal_point, thousands_sep):
    """Return ``text`` as Python writes numbers, "" where its separators do not fit."""
    text = re.sub(r"[\s\u00a0\u202f]", " ", text).strip()
    separator = " " if not thousands_sep.strip() else thousands_sep.strip()
    whole, point, decimals = text.partition(decimal_point)
    groups = whole.split(separator)
    if len(groups) > 1 and (
        not re.fullmatch(r"[+-]?\d{1,3}", groups[0])
        or not all(re.fullmatch(r"\d{3}", group) for group in groups[1:])
    ):
        return ""
    plain = "".join(groups) + ("." + decimals if point else "")
    return plain if re.fullmatch(r"[+-]?\d+(\.\d+)?", plain) else ""
