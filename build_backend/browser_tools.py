"""As root on Debian, where they are missing: a headless Chromium and poppler's PDF tools, which tests use.

Anywhere else it does nothing: the tests that need them are skipped with a loud line, and fail where CI=true.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys

WANTED = {"chromium-headless-shell": ("chromium-headless-shell", "chromium", "google-chrome"), "poppler-utils": ("pdfinfo",)}


def main() -> None:
    missing = [package for package, programs in WANTED.items() if not any(map(shutil.which, programs))]
    if os.environ.get("FORDRAN_CHROMIUM") and "chromium-headless-shell" in missing:
        missing.remove("chromium-headless-shell")
    apt = shutil.which("apt-get")
    if not missing or apt is None or os.geteuid() != 0:
        return
    print(f"setup: installing {', '.join(missing)} for the tests", file=sys.stderr, flush=True)
    env = dict(os.environ, DEBIAN_FRONTEND="noninteractive")
    for command in ([apt, "update", "-q"], [apt, "install", "-y", "-q", "--no-install-recommends", *missing]):
        done = subprocess.run(command, env=env, stdin=subprocess.DEVNULL, capture_output=True, text=True)
        if done.returncode:
            print("setup: apt-get could not install them: " + done.stderr.strip().splitlines()[-1], file=sys.stderr)
            return


if __name__ == "__main__":
    main()
