"""Everything behind ``setup/run``, ``setup/test`` and ``setup/check``; standard library only."""

import sys

# Written in the Python of long ago, so that an old interpreter gets as far as the sentence.
if sys.version_info < (3, 10):  # noqa: UP036
    sys.stderr.write(
        "setup: this is Python {}.{}, Odoo 19 needs 3.10 to 3.13: install one of them "
        "(Debian: apt-get install python3) and start again.\n".format(*sys.version_info[:2])
    )
    sys.exit(2)
