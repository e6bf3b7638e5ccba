"""`make docs`: what is printed from code into docs/generated. With --check: is the printed copy fresh?"""

from __future__ import annotations

import difflib
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
#: file below docs/generated -> the command that prints it
PRINTED = {
    "lawbook-se.md": ["law", "book"],
    "procedure-se.md": ["law", "procedure"],
}


def main() -> None:
    check, stale = "--check" in sys.argv, []
    for name, command in PRINTED.items():
        done = subprocess.run([sys.executable, "-m", "fordran.cli.main", *command], cwd=ROOT, capture_output=True, text=True)
        if done.returncode:
            sys.exit(f"docs: `fordran {' '.join(command)}` failed: {done.stderr.strip()}")
        path = ROOT / "docs/generated" / name
        old = path.read_text() if path.exists() else ""
        if old == done.stdout:
            continue
        if check:
            stale.append(name)
            difference = difflib.unified_diff(old.splitlines(True), done.stdout.splitlines(True), name, "printed now")
            sys.stderr.writelines(list(difference)[:30])
        else:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(done.stdout)
            print(f"docs: {name} written")
    if stale:
        sys.exit(f"docs: {', '.join(stale)} no longer say what the code says: run `make docs`")


if __name__ == "__main__":
    main()
