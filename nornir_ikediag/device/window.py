"""A debug window: opened only where it is safe, bounded, closed whatever happens, and proved closed.

The order is the safety: ask how the device is; set the condition; switch debugging on; listen; and in a ``finally``
switch it off in the same session, let it run dry, remove our condition, and compare `show debug` and `show crypto
debug-condition` with what they were. If they differ, or the session is no more, close it, log in again and require that
our old session is gone: an ASA's debug belongs to the session that asked for it and goes with it. For a process that is
killed meanwhile, a record of what is on lies on disk from before it was sent until its end is proved.
"""

import logging
import threading
import time
from collections.abc import Callable, Sequence
from typing import Final

import msgspec

from nornir_ikediag.capture import Source
from nornir_ikediag.device.commands import DEBUG_LEVEL
from nornir_ikediag.device.preflight import MOST_UNCONDITIONAL_SESSIONS, Objection, Preflight, preflight
from nornir_ikediag.device.proof import off_after_reconnect, off_in_this_session
from nornir_ikediag.device.records import OpenRecord, folder, undoing
from nornir_ikediag.device.session import Answer, AsaSession, now
from nornir_ikediag.device.stream import Stream
from nornir_ikediag.errors import OutputIncomplete, WindowRefused
from nornir_ikediag.model.facts import WindowFacts

_log = logging.getLogger(__name__)

SOURCE: Final = "debug"
_POLL_SECONDS: Final = 0.25
_ASK_SECONDS: Final = 1.0  # how often `concluded` is asked
_LINGER_SECONDS: Final = 1.0  # what a device says right after a negotiation has ended belongs to it


class WindowRequest(msgspec.Struct, frozen=True, kw_only=True):
    """What to listen for, and for how long. ``peers`` are addresses; ``ike_versions`` holds 1, 2 or both.

    ``ike_sessions`` is how many the device has: without a peer, many are a reason not to listen to them all.
    """

    peers: tuple[str, ...] = ()
    ike_versions: tuple[int, ...] = (1, 2)
    seconds: float = 60.0
    most_bytes: int = 8 << 20
    most_lines_per_second: int = 2000
    force: bool = False
    ike_sessions: int | None = None


def debugs(request: WindowRequest, release: tuple[int, int] | None) -> tuple[tuple[str, ...], ...]:
    """The debug commands of the window, each with the spelling to fall back to. 8.4 brought IKEv2 and `ikev1`."""
    old = release is not None and release < (8, 4)
    spellings = (f"debug crypto ikev1 {DEBUG_LEVEL}", f"debug crypto isakmp {DEBUG_LEVEL}")
    wanted: list[tuple[str, ...]] = []
    if 1 in request.ike_versions:
        wanted.append(spellings[::-1] if old else spellings)
    if 2 in request.ike_versions and not old:
        wanted += [(f"debug crypto ikev2 {part} {DEBUG_LEVEL}",) for part in ("protocol", "platform")]
    return tuple(wanted)


def condition(peer: str) -> str:
    """The command that confines debugging to one peer."""
    return f"debug crypto condition peer {peer}"


def plan(request: WindowRequest, release: tuple[int, int] | None) -> tuple[str, ...]:
    """The commands that a window would send, in order, for a person to read. Nothing is sent."""
    on = [spellings[0] for spellings in debugs(request, release)]
    off = [undoing(command) for command in on]
    conditions = [condition(peer) for peer in request.peers]
    return (
        *conditions,
        *on,
        *off,
        *(undoing(command) for command in conditions),
        "show debug",
        "show crypto debug-condition",
    )


def window(
    session: AsaSession,
    request: WindowRequest,
    *,
    release: tuple[int, int] | None = None,
    concluded: Callable[[Sequence[str]], bool] | None = None,
    stop: threading.Event | None = None,
) -> tuple[Source | None, WindowFacts]:
    """Open a window, listen, close it, prove it. Afterwards the session is usable, unless the device is out of reach.

    ``concluded`` gets the complete lines that came since it was last asked, at most once a second, and ends the window
    when it says so; if it fails, that means no. ``stop`` ends the window from another thread. No error of the device
    escapes: the facts tell. Whatever else is raised (Ctrl-C) is raised after the window is closed.
    """
    try:
        before = preflight(session)
    except OutputIncomplete as error:
        return None, WindowFacts(refusal=str(error), closed_by="error")
    objection = before.objection(force=request.force) or _too_many(session.name, request)
    if objection is not None:
        return None, WindowFacts(refusal=objection.sentence, closed_by="refused")
    stop = stop or threading.Event()
    return _Window(session, request, before, release=release, concluded=concluded, stop=stop).run()


def _too_many(name: str, request: WindowRequest) -> Objection | None:
    many = (request.ike_sessions or 0) > MOST_UNCONDITIONAL_SESSIONS
    if request.force or request.peers or not many:
        return None
    return Objection(
        f"No debug window on {name}: {request.ike_sessions} IKE sessions are active, and no peer's address is given to "
        "confine debugging to. Use --peer."
    )


class _Window:
    """One run. ``_on`` and ``_conditions`` list what may have taken effect: written before the command is sent."""

    def __init__(
        self,
        session: AsaSession,
        request: WindowRequest,
        before: Preflight,
        *,
        release: tuple[int, int] | None,
        concluded: Callable[[Sequence[str]], bool] | None,
        stop: threading.Event,
    ) -> None:
        self._session = session
        self._request = request
        self._before = before
        self._release = release
        self._concluded = concluded
        self._stop = stop
        self._stream = Stream(
            session.prompt, most_bytes=request.most_bytes, most_lines_per_second=request.most_lines_per_second
        )
        self._record = OpenRecord(session, before.own_session, request.seconds)
        self._on: list[str] = []
        self._conditions: list[str] = []
        self._sent: list[str] = []
        self._refusal: str | None = None
        self._left: tuple[str, ...] = ()

    def run(self) -> tuple[Source | None, WindowFacts]:
        opened_at = now()
        closed_by, proved = "error", False
        try:
            closed_by = self._listen() if self._switch_on() else "refused"
        except WindowRefused as error:
            closed_by, self._refusal = "refused", str(error)
        except OutputIncomplete as error:
            _log.info("%s", error)
        finally:
            try:
                proved = self._switch_off()
            finally:
                self._record.close(proved=proved)
        closed_at = now()
        self._stream.end()
        facts = WindowFacts(
            opened_at=opened_at,
            closed_at=closed_at,
            closed_by=closed_by,
            commands=tuple(self._sent),
            lines=len(self._stream.lines),
            proved_off=proved if self._sent else None,
            truncated=closed_by in ("size", "rate"),
            refusal=self._refusal,
            left_to_type=self._left,
        )
        source = Source(
            name=SOURCE,
            text=self._stream.text(),
            command=next((command for command in self._sent if "condition" not in command), None),
            started_at=opened_at,
            ended_at=closed_at,
            complete=closed_by not in ("size", "rate", "error"),
            redactions=self._stream.redactions,
        )
        return source, facts

    def _switch_on(self) -> bool:
        if not all(self._set_condition(peer) for peer in self._request.peers):
            return False
        for spellings in debugs(self._request, self._release):
            if not any(self._debug(spelling) for spelling in spellings) and not self._on:
                self._refusal = (
                    f"No debug window on {self._session.name}: it refuses `{spellings[0]}`. Permit the command to our "
                    "user, or see which debugs this release has."
                )
                return False
            if self._refusal:
                return False
        return bool(self._on)

    def _set_condition(self, peer: str) -> bool:
        command = condition(peer)
        if self._sends(command, self._conditions) is not None:
            return True
        if self._request.force or (self._request.ike_sessions or 0) <= 1:
            return True  # nobody else is there to be overheard
        self._refusal = (
            f"No debug window on {self._session.name}: it refuses `{command}`, and without it debugging would cover "
            "every peer. Permit the command to our user."
        )
        return False

    def _debug(self, command: str) -> bool:
        answer = self._sends(command, self._on)
        if answer is None:
            return False
        self._stream.take_text("".join(line for line in answer.text.splitlines(True) if "enabled at level" not in line))
        if "logging debug-trace" in answer.text:
            self._refusal = (
                f"The debug window on {self._session.name} was closed at once: `logging debug-trace` sends debugs to "
                "syslog (711001) instead of the session. Read the syslog with: ikediag explain."
            )
        return True

    def _sends(self, command: str, in_effect: list[str]) -> Answer | None:
        """Send what switches something on, on record and listed ``in_effect`` before that; None if it is refused."""
        self._put_on_record(*self._conditions, *self._on, command)
        in_effect.append(command)
        self._sent.append(command)
        answer = self._session.command(command)
        if not answer.complete:
            raise OutputIncomplete(self._session.name, f"{self._session.name} did not answer `{command}` in time.")
        if not answer.refused:
            return answer
        in_effect.remove(command)
        self._put_on_record(*self._conditions, *self._on)
        return None

    def _put_on_record(self, *commands: str) -> None:
        try:
            self._record.write(commands)
        except (OSError, NotImplementedError) as error:  # the latter where a file system knows no locks
            if not self._request.force:
                why = getattr(error, "strerror", None) or error
                raise WindowRefused(
                    self._session.name,
                    f"No debug window on {self._session.name}: it could not be put on record in {folder()} ({why}), so "
                    "that nothing could mend what a crash leaves. Make it writable, or use --force.",
                ) from error

    def _listen(self) -> str:
        """Read until something ends the window; says what."""
        until = time.monotonic() + self._request.seconds
        next_question = time.monotonic() + _ASK_SECONDS
        while (at := time.monotonic()) < until:
            if self._stop.is_set():
                return "stopped"
            self._stream.take(self._session.read_some(_POLL_SECONDS))
            if self._stream.too_large:
                return "size"
            if self._stream.too_fast:
                return "rate"
            if at >= next_question:
                next_question = time.monotonic() + _ASK_SECONDS
                if self._has_concluded():
                    self._linger()
                    return "concluded"
        return "time"

    def _has_concluded(self) -> bool:
        fresh = self._stream.fresh()
        if self._concluded is None or not fresh:
            return False
        try:
            return bool(self._concluded(fresh))
        except Exception as error:  # noqa: BLE001  # a defect in reading must not keep a window open or lose its text
            _log.debug("the question whether a negotiation has concluded failed: %s", type(error).__name__)
            return False

    def _linger(self) -> None:
        until = time.monotonic() + _LINGER_SECONDS
        while time.monotonic() < until and not self._stream.too_large:
            self._stream.take(self._session.read_some(_POLL_SECONDS))

    def _switch_off(self) -> bool:
        """Undo all that may have taken effect; True when that is proved."""
        if not self._sent:
            return True
        undo = [undoing(command) for command in self._on]
        conditions = [undoing(command) for command in self._conditions]
        self._sent += undo + conditions
        if off_in_this_session(self._session, undo, conditions, self._before, self._stream):
            return True
        proved, self._left = off_after_reconnect(self._session, conditions, self._before)
        return proved
