"""Rows of csv files with checked cells; every fault is a sentence that names its cell."""

from __future__ import annotations

import csv
import datetime
import gzip
import io
import re
import zlib
from decimal import Decimal
from pathlib import Path

CENT = Decimal("0.01")
MAX_ERRORS = 20

_INTEGER = re.compile(r"[0-9]{1,9}\Z")
_NUMBER = re.compile(r"-?[0-9]{1,12}(\.[0-9]{1,10})?\Z")
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}\Z")
_COUNTRY = re.compile(r"[A-Z]{2}\Z")


class DatasetError(Exception):
    """The dataset cannot be loaded; ``errors`` holds a sentence for each reason."""

    def __init__(self, errors):
        self.errors = [errors] if isinstance(errors, str) else list(errors)
        super().__init__("\n".join(self.errors))


class Faults:
    """Collects sentences; the first MAX_ERRORS are kept, the others counted."""

    def __init__(self):
        self.sentences = []
        self.count = 0

    def add(self, sentence):
        self.count += 1
        if len(self.sentences) < MAX_ERRORS:
            self.sentences.append(sentence)

    def raise_if_any(self):
        if not self.count:
            return
        more = self.count - len(self.sentences)
        raise DatasetError(self.sentences + ([f"… and {more} more."] if more else []))


class Row:
    """One csv row; the typed getters report what is wrong with a cell and return None."""

    __slots__ = ("cells", "faults", "file", "number")

    def __init__(self, file, number, cells, faults):
        self.file, self.number, self.cells, self.faults = file, number, cells, faults

    def fault(self, column, text):
        self.faults.add(f"{self.file}, row {self.number}, column {column}: {text}")

    def text(self, column, required=True):
        value = self.cells[column].strip()
        if not value and required:
            self.fault(column, "is empty.")
            return None
        return value

    def _matching(self, column, pattern, what):
        value = self.cells[column].strip()
        if not pattern.match(value):
            self.fault(column, f"{value!r} is not {what}.")
            return None
        return value

    def integer(self, column, minimum=1):
        value = self._matching(column, _INTEGER, "a whole number")
        if value is None:
            return None
        if int(value) < minimum:
            self.fault(column, f"{value} is less than {minimum}.")
            return None
        return int(value)

    def number_of(self, column, cents=False):
        value = self._matching(column, _NUMBER, "a number")
        if value is None:
            return None
        number = Decimal(value)
        if number < 0:
            self.fault(column, f"{value} is negative.")
            return None
        if cents and number != number.quantize(CENT):
            self.fault(column, f"{value} has parts of a cent.")
            return None
        return number

    def date(self, column):
        value = self._matching(column, _DATE, "a date (YYYY-MM-DD)")
        if value is None:
            return None
        try:
            return datetime.date.fromisoformat(value)
        except ValueError:
            self.fault(column, f"{value!r} is not a date that exists.")
            return None

    def country(self, column):
        return self._matching(column, _COUNTRY, "a country code of two capital letters")

    def reference(self, column, known, file):
        value = self.integer(column)
        if value is None:
            return None
        if value not in known:
            self.fault(column, f"{value} is not in {file}.")
            return None
        return value

    def unique(self, column, value, seen):
        """Note the value; a second row with it is a fault."""
        if value is None or (isinstance(value, tuple) and None in value):
            return
        first = seen.setdefault(value, self.number)
        if first != self.number:
            shown = " / ".join(map(str, value)) if isinstance(value, tuple) else value
            self.fault(column, f"{shown} is already in row {first}.")


def read_rows(directory, name, columns, faults):
    """Yield the rows of a csv file that has these columns; rows of another length are faults."""
    text = _text(Path(directory, name), faults)
    if text is None:
        return
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    number = 0
    try:
        header = [column.strip() for column in next(reader, [])]
        number = 1
        missing = [column for column in columns if column not in header]
        for column in missing:
            faults.add(f"{name}, row 1, column {column}: the column is missing.")
        if missing:
            return
        for number, cells in enumerate(reader, 2):
            if len(cells) == len(header):
                yield Row(name, number, dict(zip(header, cells, strict=True)), faults)
            elif cells:
                faults.add(f"{name}, row {number}, {_wrong_length(header, cells)}")
    except csv.Error as error:
        faults.add(f"{name}, row {number + 1}: is not valid csv ({error}).")


def _text(path, faults) -> str | None:
    try:
        content = path.read_bytes()
        if path.suffix == ".gz":
            content = gzip.decompress(content)
        return content.decode("utf-8-sig")
    except OSError as error:
        faults.add(f"{path}: cannot be read ({error}).")
    except (EOFError, zlib.error):
        faults.add(f"{path}: is not a complete gzip file.")
    except UnicodeDecodeError as error:
        faults.add(f"{path}: is not UTF-8 text (byte {error.start}).")
    return None


def _wrong_length(header, cells) -> str:
    short = len(cells) < len(header)
    column = header[len(cells)] if short else len(header) + 1
    what = "is missing" if short else "is one too many"
    return f"column {column}: {what} ({len(cells)} values under {len(header)} headings)."
