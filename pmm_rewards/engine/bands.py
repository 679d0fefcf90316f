"""What does an amount earn over a scale of bands?

>>> scale = [Band(Decimal(0), Decimal("0.10")), Band(Decimal(100), Decimal("0.20")),
...          Band(Decimal(300), Decimal("0.30"))]
>>> marginal(Decimal(3800), scale)
Decimal('1100.00')
"""

from decimal import ROUND_HALF_UP, Decimal
from typing import NamedTuple


class Band(NamedTuple):
    """From ``floor`` on (the floor itself included), each unit earns ``rate``."""

    floor: Decimal
    rate: Decimal


class Slice(NamedTuple):
    """The part of an amount that lies in one band, and what it earns, unrounded."""

    floor: Decimal
    rate: Decimal
    part: Decimal
    reward: Decimal


def check(bands):
    """Return the reason why ``bands`` is no scale, or None: "empty", "floor" or "twice".

    >>> check([]), check([Band(Decimal(1), Decimal(0))])
    ('empty', 'floor')
    >>> check([Band(Decimal(0), Decimal(1)), Band(Decimal(0), Decimal(2))])
    'twice'
    >>> check([Band(Decimal(5), Decimal(2)), Band(Decimal(0), Decimal(1))]) is None
    True
    """
    floors = sorted(band.floor for band in bands)
    if not floors:
        return "empty"
    if floors[0] != 0:
        return "floor"
    if len(set(floors)) < len(floors):
        return "twice"
    return None


def slices(amount, bands):
    """Return the non-empty :class:`Slice` s of ``amount``, lowest first; none up to 0.

    >>> scale = [Band(Decimal(0), Decimal("0.1")), Band(Decimal(100), Decimal("0.2"))]
    >>> [int(piece.part) for piece in slices(Decimal(100), scale)]
    [100]
    >>> [int(piece.part) for piece in slices(Decimal(101), scale)]
    [100, 1]
    >>> slices(Decimal(-5), scale)
    []
    """
    ordered = sorted(bands)
    ceilings = [band.floor for band in ordered[1:]] + [max(amount, Decimal(0))]
    found = []
    for band, ceiling in zip(ordered, ceilings, strict=True):
        part = min(amount, ceiling) - band.floor
        if part > 0:
            found.append(Slice(band.floor, band.rate, part, part * band.rate))
    return found


def next_band(amount, bands):
    """Return the band above the one that ``amount`` lies in, if it grants more, else None.

    >>> scale = [Band(Decimal(0), Decimal(0)), Band(Decimal(100), Decimal("0.2"))]
    >>> next_band(Decimal("99.99"), scale).floor
    Decimal('100')
    >>> next_band(Decimal(100), scale) is None
    True
    """
    ordered = sorted(bands)
    reached = [band for band in ordered if band.floor <= amount]
    above = ordered[len(reached) :]
    present = reached[-1].rate if reached else Decimal(0)
    return above[0] if above and above[0].rate > present else None


def marginal(amount, bands, quantum=Decimal("0.01")):
    """Return what ``amount`` earns when each slice of it earns its own band's rate.

    >>> flat = [Band(Decimal(0), Decimal("0.05"))]
    >>> marginal(Decimal("0.10"), flat), marginal(Decimal("0.09"), flat)
    (Decimal('0.01'), Decimal('0.00'))
    >>> marginal(Decimal(-100), flat) == 0
    True
    >>> marginal(Decimal("100.70"), flat, Decimal("0.05"))
    Decimal('5.05')
    """
    total = sum((piece.reward for piece in slices(amount, bands)), Decimal(0))
    return rounded(total, quantum)


def rounded(amount, quantum):
    """Return ``amount`` as the nearest multiple of ``quantum``, half away from zero.

    >>> rounded(Decimal("-2.5"), Decimal(1)), rounded(Decimal("2.675"), Decimal("0.01"))
    (Decimal('-3'), Decimal('2.68'))
    """
    return (amount / quantum).to_integral_value(ROUND_HALF_UP) * quantum
