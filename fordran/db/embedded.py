"""The database server that comes along: started under FORDRAN_HOME when there is no DATABASE_URL.

`HOME/pg/` holds the data, the roles' passwords (mode 0600), the log, a lock and `place.json`, which remembers where
things are: the socket must have a short path, and when root cannot use a user namespace, the data lies under
/var/tmp and belongs to the user nobody. Nothing listens on the network; every connection shows a password.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import secrets
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path

import psycopg

from fordran.core.problems import Refused
from fordran.db import binaries, roles
from fordran.db.binaries import Runner

ROOT_ROLE = "fordran_root"
DATABASE = "fordran"
PORT = 5432
_LONGEST_SOCKET = 100  # the kernel's limit is 107 bytes, with the file name `.s.PGSQL.5432`
#: Only for tests: what a power cut would harm is thrown away anyway.
FAST = ("fsync=off", "synchronous_commit=off", "full_page_writes=off")


@dataclass(frozen=True, slots=True)
class ConnectionInfo:
    """How to reach a database: `host` is a socket folder or a host name; `passwords` by short role name."""

    host: str
    port: int
    database: str
    passwords: dict[str, str] = field(repr=False)
    options: dict[str, str]
    embedded: bool

    def parameters(self, role: str, database: str | None = None) -> dict[str, str]:
        """Connection parameters for owner, app, batch or read. Raises Refused when the role's password is unknown."""
        if role not in self.passwords:
            raise Refused(f"the password of the database role {role} is not known here: run `fordran db init`")
        user = roles.LOGIN_ROLES.get(role, role)
        return {"host": self.host, "port": str(self.port), "dbname": database or self.database, "user": user,
                "password": self.passwords[role], **self.options}  # fmt: skip

    def connect(self, role: str, database: str | None = None) -> psycopg.Connection:
        """An own connection in autocommit, outside Django."""
        return psycopg.connect(**self.parameters(role, database), autocommit=True)  # type: ignore[arg-type]


@dataclass(frozen=True, slots=True)
class Place:
    """Where one server's parts are, kept in `place.json`."""

    data: str
    socket: str
    bin: str
    way: str

    @property
    def runner(self) -> Runner:
        return Runner(Path(self.bin), self.way)


def ensure_running(home: Path, *, fast: bool = False) -> ConnectionInfo:
    """Start the server when it does not answer, with its roles and the database `fordran`. A second call costs milliseconds.

    `fast` switches off what protects against a power cut: tests only. Raises Refused with one sentence.
    """
    folder = home.resolve() / "pg"
    _make_home(home, folder)
    with _lock(folder):
        place = _place(folder)
        if not (folder / "initialised").exists():
            _initialise(folder, place)
        if not _answers(place):
            _start(folder, place, FAST if fast else ())
        info = _info(folder, place)
        if not (folder / "provisioned").exists():
            _provision(folder, info)
    return info


def stop(home: Path) -> bool:
    """Stop the server; open transactions are rolled back. False when it was not running."""
    folder = home.resolve() / "pg"
    if not (folder / "place.json").exists():
        return False
    with _lock(folder):
        place = _read_place(folder)
        if _postmaster(place) is None:
            _clear_leavings(place)
            return False
        done = place.runner.run("pg_ctl", "stop", "-D", place.data, "-m", "fast", "-w", "-t", "60")
        if done.returncode and _postmaster(place) is not None:
            raise Refused(f"PostgreSQL would not stop: {(done.stderr or done.stdout).strip()}")
        _clear_leavings(place)
        return True


def is_running(home: Path) -> bool:
    folder = home.resolve() / "pg"
    return (folder / "place.json").exists() and _answers(_read_place(folder))


def known(home: Path) -> ConnectionInfo | None:
    """How to reach the server of this home, running or not; None before it was ever started."""
    folder = home.resolve() / "pg"
    if not (folder / "place.json").exists() or not (folder / "passwords.json").exists():
        return None
    return _info(folder, _read_place(folder))


def programs(home: Path) -> Path:
    """The folder with psql and pg_dump of this home's server."""
    return Path(_read_place(home.resolve() / "pg").bin)


def server_pid(home: Path) -> int | None:
    """The process id of the running server."""
    return _postmaster(_read_place(home.resolve() / "pg"))


@contextmanager
def running(home: Path, *, fast: bool = False) -> Iterator[ConnectionInfo]:
    """The server for as long as a block lasts; stopped afterwards only when this call started it."""
    was_running = is_running(home)
    info = ensure_running(home, fast=fast)
    try:
        yield info
    finally:
        if not was_running:
            stop(home)


def _make_home(home: Path, folder: Path) -> None:
    try:
        if not folder.exists():
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            home.chmod(0o700)
        owner = folder.stat().st_uid
    except OSError as error:
        raise Refused(
            f"{home} cannot be used to keep the database ({error.strerror}): set FORDRAN_HOME to a folder of yours"
        ) from None
    if owner != os.geteuid():
        raise Refused(f"{home} belongs to another user: run as that user, or set FORDRAN_HOME to a folder of yours")


@contextmanager
def _lock(folder: Path) -> Iterator[None]:
    with open(folder / ".lock", "w") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield


def _read_place(folder: Path) -> Place:
    place = Place(**json.loads((folder / "place.json").read_text()))
    # The virtual environment may have been made anew elsewhere since.
    if (Path(place.bin) / "postgres").exists():
        return place
    version = Path(place.data) / "PG_VERSION"
    found = binaries.choose(int(version.read_text()) if version.exists() else None)
    return Place(place.data, place.socket, str(found), place.way)


def _place(folder: Path) -> Place:
    """Where the parts are; decided once, when the home is new or has been moved."""
    if (folder / "place.json").exists():
        place = _read_place(folder)
        moved = place.way != "nobody" and Path(place.data) != folder / "data"
        if not moved:
            return place
    data, existing = folder / "data", folder / "data/PG_VERSION"
    programs = binaries.choose(int(existing.read_text()) if existing.exists() else None)
    socket = folder
    if not binaries.runs_as_root() and binaries.has_name():
        way = "self"
    elif binaries.namespace_works(programs, folder):
        way = "namespace"
    elif not binaries.runs_as_root():
        raise Refused(f"user {os.geteuid()} has no name on this machine and PostgreSQL refuses such a user: give it a line in "
                      "/etc/passwd, or set DATABASE_URL to a server of yours")  # fmt: skip
    else:
        way = "nobody"
        outside = _own_folder(Path("/var/tmp") / f"fordran-{_short_hash(folder)}", 0o755)
        programs = binaries.within_reach_of_nobody(programs, outside)
        data, socket = outside / "data", outside / "socket"
        for path, mode in ((data, 0o700), (socket, 0o755)):
            path.mkdir(mode=mode, exist_ok=True)
            path.chmod(mode)
            os.chown(path, binaries.NOBODY, binaries.NOBODY)
    if len(os.fsencode(socket)) + len("/.s.PGSQL.5432") > _LONGEST_SOCKET:
        socket = _own_folder(Path("/tmp") / f"fordran-{os.geteuid()}-{_short_hash(folder)}", 0o700)
    place = Place(str(data), str(socket), str(programs), way)
    (folder / "place.json").write_text(json.dumps(asdict(place), indent=1))
    return place


def _short_hash(folder: Path) -> str:
    return hashlib.sha256(os.fsencode(folder)).hexdigest()[:12]


def _own_folder(path: Path, mode: int) -> Path:
    """A folder in a place where everybody writes: it must be ours, not laid there by somebody else."""
    path.mkdir(mode=mode, exist_ok=True)
    seen = path.lstat()
    if path.is_symlink() or seen.st_uid != os.geteuid():
        raise Refused(f"{path} belongs to another user: remove it, or set FORDRAN_HOME to another folder")
    path.chmod(mode)
    return path


def _private(path: Path, text: str) -> None:
    with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as handle:
        handle.write(text)


def _initialise(folder: Path, place: Place) -> None:
    passwords = folder / "passwords.json"
    if not passwords.exists():
        _private(passwords, json.dumps({name: secrets.token_urlsafe(24) for name in (ROOT_ROLE, *roles.LOGIN_ROLES)}))
    # What lies there was left by a start that was cut off before it ended: nothing has ever been stored in it.
    (folder / "provisioned").unlink(missing_ok=True)
    for leaving in Path(place.data).iterdir() if Path(place.data).exists() else ():
        shutil.rmtree(leaving) if leaving.is_dir() and not leaving.is_symlink() else leaving.unlink()
    secret = json.loads(passwords.read_text())[ROOT_ROLE]
    password_file = Path(place.socket) / ".initdb-password"
    _private(password_file, secret)
    if place.way == "nobody":
        os.chown(password_file, binaries.NOBODY, binaries.NOBODY)
    version = binaries.major(Path(place.bin))
    locale = {17: ["--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C.UTF-8"]}.get(
        version, ["--locale=C.UTF-8"]
    )
    if version >= 18:
        locale = ["--locale-provider=builtin", "--builtin-locale=PG_UNICODE_FAST", "--locale=C.UTF-8"]
    try:
        done = place.runner.run("initdb", "-D", place.data, "-U", ROOT_ROLE, "--auth=scram-sha-256",
                                f"--pwfile={password_file}", "--encoding=UTF8", "--data-checksums", "--no-sync",
                                *locale)  # fmt: skip
    finally:
        password_file.unlink(missing_ok=True)
    if done.returncode:
        said = (done.stderr or done.stdout).strip().splitlines()[-3:]
        raise Refused("PostgreSQL could not make its data folder: " + " / ".join(said))
    (folder / "initialised").touch()


def _start(folder: Path, place: Place, extra: tuple[str, ...]) -> None:
    log = Path(place.data) / "server.log"
    permissions = "0777" if place.way == "nobody" else "0700"
    settings = ("listen_addresses=", f"port={PORT}", f"unix_socket_directories={place.socket}",
                f"unix_socket_permissions={permissions}", "max_connections=100", "jit=off",
                "log_min_messages=warning", "log_checkpoints=off", *extra)  # fmt: skip
    options = " ".join(f"-c '{setting}'" for setting in settings)
    for attempt in range(5):
        _clear_leavings(place)
        done = place.runner.run("pg_ctl", "start", "-D", place.data, "-l", str(log), "-w", "-t", "60", "-o", options)
        if done.returncode == 0 and _answers(place):
            return
        # After `kill -9` of the server its children need a moment to notice and let go of the shared memory.
        time.sleep(0.2 * (attempt + 1))
    raise Refused(f"PostgreSQL did not start; the end of its log {log}: {binaries.tail(log)}")


def _provision(folder: Path, info: ConnectionInfo) -> None:
    with psycopg.connect(**info.parameters(ROOT_ROLE, "postgres"), autocommit=True) as admin:  # type: ignore[arg-type]
        own = {name: secret for name, secret in info.passwords.items() if name in roles.LOGIN_ROLES}
        roles.make_roles(admin, own)
        with info.connect("owner", "postgres") as owner:
            roles.make_database(owner, DATABASE)
    with info.connect("owner") as owner:
        roles.prepare_database(owner)
    (folder / "provisioned").touch()


def _info(folder: Path, place: Place) -> ConnectionInfo:
    passwords = json.loads((folder / "passwords.json").read_text())
    return ConnectionInfo(place.socket, PORT, DATABASE, passwords, {}, embedded=True)


def _postmaster(place: Place) -> int | None:
    """The server's process id, when that process lives, is no zombie and works on our data folder."""
    try:
        pid = int((Path(place.data) / "postmaster.pid").read_text().splitlines()[0])
    except (OSError, ValueError, IndexError):
        return None
    proc = Path(f"/proc/{pid}")
    if not Path("/proc/self").exists():  # macOS
        try:
            os.kill(pid, 0)
        except OSError:
            return None
        return pid
    try:
        state = (proc / "stat").read_text().rpartition(")")[2].split()[0]
        command = (proc / "cmdline").read_bytes()
    except OSError:
        return None
    return pid if state != "Z" and os.fsencode(place.data) in command else None


def _answers(place: Place) -> bool:
    if _postmaster(place) is None:
        return False
    try:
        done = place.runner.run("pg_isready", "-q", "-h", place.socket, "-p", str(PORT), "-t", "3", timeout=20)
    except OSError:
        return False
    return done.returncode == 0


def _clear_leavings(place: Place) -> None:
    """Remove the lock files of a server that is gone or a zombie: PostgreSQL itself takes a zombie for a living one."""
    if _postmaster(place) is not None:
        return
    for leaving in (Path(place.data) / "postmaster.pid", Path(place.socket) / f".s.PGSQL.{PORT}.lock",
                    Path(place.socket) / f".s.PGSQL.{PORT}"):  # fmt: skip
        leaving.unlink(missing_ok=True)
