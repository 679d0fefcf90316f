"""Functions that return SQL and run nothing."""
