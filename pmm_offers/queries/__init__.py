"""Functions that return SQL and run nothing."""

from . import near_miss
