"""``setup/bench``: what the large steps cost beside hand-written SQL that writes the same rows."""
