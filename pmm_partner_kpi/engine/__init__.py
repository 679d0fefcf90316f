"""Plain-Python rules of partner programmes: no Odoo, no clock, dates in and dates out.

Vocabulary: a *period* is half-open, ``[start, stop)``; ``stop`` is the first day that is
no longer part of it. The doctests are the specification.
"""

from . import formula, opening_cells, opening_plan, periods, tiers, tracking
