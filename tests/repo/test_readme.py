"""The READMEs of the addons are those that their fragments make."""

import subprocess
import sys
import unittest
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


class TestReadme(unittest.TestCase):
    """README.md of each addon."""

    def test_readmes_are_fresh(self):
        """``setup/gen_readme.py --check`` finds nothing to write."""
        done = subprocess.run(
            [sys.executable, str(ROOT / "setup" / "gen_readme.py"), "--check"],
            capture_output=True,
            text=True,
            check=False,
        )
        self.assertEqual(done.returncode, 0, done.stdout)


if __name__ == "__main__":
    unittest.main()
