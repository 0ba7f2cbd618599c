"""What an open debug window has to undo, on disk: should its process be killed, `ikediag sweep` undoes it.

A record is written before the command is sent whose effect it names, and removed once the window was proved closed. A
lock beside it is held as long as the window is open, and the system releases it with the process, however that ends: a
record whose lock is free is one that nobody looks after any more. (A process id would not tell: they are given anew.)
"""

import contextlib
import os
import platform
import re
import secrets
from collections.abc import Iterator, Sequence
from datetime import datetime
from pathlib import Path
from typing import Final, Literal

import msgspec
import platformdirs
from filelock import FileLock, Timeout

from nornir_ikediag.device.commands import allowed
from nornir_ikediag.device.preflight import SshSession
from nornir_ikediag.device.session import AsaSession, now

SCHEMA: Literal["nornir-ikediag/window/1"] = "nornir-ikediag/window/1"
_SSH_PORT: Final = 22
_LEVEL: Final = re.compile(r" \d+$")


class WindowRecord(msgspec.Struct, frozen=True, kw_only=True):
    """A window and where it is. ``commands``: those that may have taken effect, as they were sent. No secrets.

    ``ssh_session`` is our line of `show ssh sessions`, None where that could not be told; ``seconds`` is how long the
    window was to be open at most.
    """

    name: str
    host: str
    port: int
    context: str | None
    username: str
    ssh_session: SshSession | None
    commands: tuple[str, ...]
    computer: str
    process: int
    opened_at: datetime
    seconds: float
    schema: Literal["nornir-ikediag/window/1"] = SCHEMA

    def is_of(self, host: str, port: int | None) -> bool:
        """Whether this is the device. Names are no proof: two inventories may use one for different devices."""
        return (self.host, self.port) == (host, port or _SSH_PORT)


def undoing(command: str) -> str:
    """What takes back a command that switched something on."""
    return "no " + (command if " condition " in command else _LEVEL.sub("", command))


def folder() -> Path:
    """Where the records of this user are, whether or not there are any."""
    return Path(platformdirs.user_state_dir("ikediag", appauthor=False)) / "windows"


class OpenRecord:
    """The record of a window that this process has open. Nothing is on disk before the first :meth:`write`."""

    def __init__(self, session: AsaSession, ssh_session: SshSession | None, seconds: float) -> None:
        where = session.where
        self._record = WindowRecord(
            name=session.name,
            host=where.hostname,
            port=where.port or _SSH_PORT,
            context=session.context,
            username=where.username,
            ssh_session=ssh_session,
            commands=(),
            computer=platform.node(),
            process=os.getpid(),
            opened_at=now(),
            seconds=seconds,
        )
        stem = f"{self._record.opened_at:%Y%m%dT%H%M%SZ}-{os.getpid()}-{secrets.token_hex(4)}"
        self._path = folder() / f"{stem}.json"
        self._lock: FileLock | None = None

    def write(self, commands: Sequence[str]) -> None:
        """Put these commands on record, whole or not at all, and to the disk itself. Raises OSError."""
        self._record = msgspec.structs.replace(self._record, commands=tuple(commands))
        if self._lock is None:
            self._path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            lock = _lock(self._path)
            lock.acquire()
            self._lock = lock
        part = self._path.with_suffix(".part")
        with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as stream:
            stream.write(msgspec.json.format(msgspec.json.encode(self._record)) + b"\n")
            stream.flush()
            os.fsync(stream.fileno())
        part.replace(self._path)

    def close(self, *, proved: bool) -> None:
        """The window is over: the record goes if its end is proved, else it is left to `sweep`. Raises nothing."""
        lock, self._lock = self._lock, None
        if lock is not None:
            _leave(self._path, lock, remove=proved)


class KeptRecord:
    """A record that was found on disk."""

    def __init__(self, path: Path, record: WindowRecord) -> None:
        self.path = path
        self.record = record

    @contextlib.contextmanager
    def claimed(self) -> Iterator[bool]:
        """For as long as the block lasts it is ours to work on; False: its window is open, or somebody sweeps.

        Raises OSError, and NotImplementedError where the file system knows no locks.
        """
        lock = _lock(self.path)
        try:
            lock.acquire()
        except Timeout:
            yield False
            return
        try:
            record = _read(self.path)  # the window may have written more before it ended, or somebody settled it
            self.record = record or self.record
            yield record is not None
        finally:
            _leave(self.path, lock, remove=not self.path.exists())

    def is_over(self) -> bool:
        """Whether nobody looks after it, at this moment. Raises as :meth:`claimed`."""
        with self.claimed() as over:
            return over

    def remove(self) -> None:
        """It is settled. Raises OSError."""
        self.path.unlink(missing_ok=True)


def unusable(error: OSError | NotImplementedError) -> str:
    """The sentence for records that cannot be read, locked or removed."""
    why = getattr(error, "strerror", None) or error
    return f"The records of debug windows in {folder()} cannot be used ({why}). Check who owns that folder."


def kept() -> tuple[tuple[KeptRecord, ...], tuple[Path, ...]]:
    """The records on disk, oldest first, and the files among them that are none. Raises OSError."""
    records: list[KeptRecord] = []
    unreadable: list[Path] = []
    for path in _files():
        record = _read(path)
        if record is not None:
            records.append(KeptRecord(path, record))
        elif path.exists():  # else its window was closed meanwhile
            unreadable.append(path)
    return tuple(records), tuple(unreadable)


def _files() -> list[Path]:
    try:
        return sorted(path for path in folder().iterdir() if path.suffix == ".json")  # glob finds none where it may not
    except FileNotFoundError:
        return []


def _read(path: Path) -> WindowRecord | None:
    """The record, if that is what the file holds: nothing but debugs that we may take back."""
    try:
        record = msgspec.json.decode(path.read_bytes(), type=WindowRecord)
    except (OSError, msgspec.MsgspecError, UnicodeDecodeError):
        return None
    ours = all(command.startswith("debug ") and allowed(undoing(command)) for command in record.commands)
    return record if ours else None


def _lock(path: Path) -> FileLock:
    return FileLock(path.with_suffix(".lock"), timeout=0, mode=0o600, thread_local=False)


def _leave(path: Path, lock: FileLock, *, remove: bool) -> None:
    """Release; the lock's file goes with its record, before the release: nobody is to lock a file of the past."""
    with contextlib.suppress(OSError):
        for suffix in (".json", ".part", ".lock") if remove else ():
            path.with_suffix(suffix).unlink(missing_ok=True)
    with contextlib.suppress(OSError):
        lock.release()
