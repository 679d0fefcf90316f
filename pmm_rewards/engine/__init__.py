"""Plain-Python reward rules: Decimal in, Decimal out; no Odoo, no clock.

Vocabulary: a *band* is ``(floor, rate)`` and ends where the next one starts; a *quantum* is the
smallest amount of a currency, to which a reward is rounded once, half away from zero.
"""

from . import bands
