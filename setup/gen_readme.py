#!/usr/bin/env python3
"""Join the fragments in pmm_*/readme: setup/gen_readme.py [--check].

They become README.md and, for Odoo's list of apps (which takes a README for reStructuredText),
static/description/index.html. A few lines of our own, because the OCA's generator is not on PyPI.
Run it with the Python of requirements-dev.txt.
"""

import ast
import sys
from pathlib import Path

import markdown

ROOT = Path(__file__).resolve().parent.parent
TITLES = {
    "CONTEXT": "Why",
    "INSTALL": "Installation",
    "CONFIGURE": "Configuration",
    "USAGE": "Usage",
    "ROADMAP": "Known limits",
    "DEVELOP": "How it is built",
    "HISTORY": "Changes",
}


def readme(addon):
    """Return the text of the README of ``addon`` (a folder)."""
    manifest = ast.literal_eval((addon / "__manifest__.py").read_text(encoding="utf-8"))
    parts = [
        f"<!-- made by setup/gen_readme.py from readme/ -->\n\n# {manifest['name']}",
        _fragment(addon, "DESCRIPTION"),
    ]
    for name, title in TITLES.items():
        if text := _fragment(addon, name):
            parts.append(
                f"## {title}\n\n{text.replace('## ', '### ') if name == 'DEVELOP' else text}"
            )
    parts.append(f"Licence {manifest['license']}, by {manifest['author']}.")
    return "\n\n".join(part for part in parts if part) + "\n"


def _fragment(addon, name):
    file = addon / "readme" / f"{name}.md"
    return file.read_text(encoding="utf-8").strip() if file.exists() else ""


def main(arguments):
    """Write the READMEs, or with --check return 1 where one is stale."""
    stale = []
    for manifest in sorted(ROOT.glob("pmm_*/__manifest__.py")):
        text = readme(manifest.parent)
        page = markdown.markdown(text, extensions=["tables"], output_format="html") + "\n"
        for name, wanted in (("README.md", text), ("static/description/index.html", page)):
            file = manifest.parent / name
            if not file.exists() or file.read_text(encoding="utf-8") != wanted:
                stale.append(f"{manifest.parent.name}/{name}")
                if "--check" not in arguments:
                    file.write_text(wanted, encoding="utf-8")
    if "--check" in arguments and stale:
        print(f"Stale: {', '.join(stale)}. Run setup/gen_readme.py.")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
