"""`make lock`: requirements/*.txt with the hashes of every file, and package-lock.json, both without any index address."""

from __future__ import annotations

import subprocess
import sys
import venv
from pathlib import Path

import front_end

ROOT = front_end.ROOT
TOOL = ROOT / ".cache/lock"
FORM = [
    "--universal",
    "--python-version",
    "3.11",
    "--generate-hashes",
    "--no-emit-index-url",
    "--no-header",
    "--quiet",
    "--upgrade",
]
FILES = {
    "runtime": ["pyproject.toml", "--extra", "sandbox"],
    "dev": ["pyproject.toml", "--extra", "sandbox", "--group", "dev"],
    "node": ["requirements/node.in", "--no-annotate"],
}


def main() -> None:
    uv = TOOL / "bin/uv"
    if not uv.exists():
        venv.create(TOOL, with_pip=True)
        subprocess.run([TOOL / "bin/python", "-m", "pip", "install", "--quiet", "uv"], check=True, env=front_end.environment())
    for name, source in FILES.items():
        target = f"requirements/{name}.txt"
        subprocess.run(
            [uv, "pip", "compile", *source, *FORM, "--output-file", target], check=True, cwd=ROOT, env=front_end.environment()
        )
    npm = front_end.machine_npm()
    if npm is None:
        sys.exit("lock: package-lock.json is written with npm, which is missing here")
    command = [
        *npm,
        "install",
        "--package-lock-only",
        "--omit-lockfile-registry-resolved",
        "--ignore-scripts",
        "--no-audit",
        "--no-fund",
    ]
    subprocess.run(command, check=True, cwd=ROOT, env=front_end.environment(), stdout=subprocess.DEVNULL)
    written = [ROOT / "package-lock.json", *sorted(Path(ROOT / "requirements").glob("*.txt"))]
    for path in written:
        if any(mark in path.read_text() for mark in ("--index-url", "--find-links", '"resolved"')):
            sys.exit(f"lock: {path.name} names an index; take that out before it is committed")


if __name__ == "__main__":
    main()
