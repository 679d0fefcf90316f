"""How large the synthetic databases are."""

from __future__ import annotations

from typing import NamedTuple


class Size(NamedTuple):
    """Numbers of one synthetic database; every document has ``LINES`` lines."""

    partners: int
    documents: int


LINES = 3
MONTHS = 24
SIZES = {"S": Size(1_000, 50_000), "L": Size(10_000, 350_000)}
