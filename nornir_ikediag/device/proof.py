"""Debugging off again, and the proof of it: in the session that had it on, or, when that is no more, from a new one."""

import time
from collections.abc import Sequence
from typing import Final

from nornir_ikediag.device.preflight import Preflight, SshSession, meaning, ssh_sessions
from nornir_ikediag.device.session import Answer, AsaSession
from nornir_ikediag.device.stream import Stream
from nornir_ikediag.errors import DeviceError, OutputIncomplete

_DRY_SECONDS: Final = 1.0  # without a byte, after which nothing of the window is on its way any more
_MOST_DRAIN_SECONDS: Final = 10.0
_TRIES: Final = 2
_BETWEEN_TRIES_SECONDS: Final = 3.0


def off_in_this_session(
    session: AsaSession, undo: Sequence[str], conditions: Sequence[str], before: Preflight, stream: Stream
) -> bool:
    """Send the `no` forms, let the session run dry, and compare with the state before. Raises no DeviceError."""
    try:
        _finish_line(session, stream)
        for _ in range(_TRIES):
            for command in undo:
                answer = session.command(command)
                if answer.refused:
                    return False  # only the end of the session ends it
                stream.take_text(answer.text)
            _drain(session, stream)
            for command in conditions:
                session.command(command)
            debugs = session.command("show debug")
            left = session.command("show crypto debug-condition")
            if debugs.complete and left.complete and not debugs.refused and _same(debugs, left, before):
                return True
    except OutputIncomplete:
        pass
    return False


def off_after_reconnect(
    session: AsaSession, conditions: Sequence[str], before: Preflight
) -> tuple[bool, tuple[str, ...]]:
    """Leave the session, log in again, and require that it is gone. Whether that is proved, and what is left to type.

    Debugging belongs to a session, so `show debug` of the new one says nothing of the old; conditions are the box's.
    """
    gone = clean = False
    for attempt in range(_TRIES):
        if attempt:
            time.sleep(_BETWEEN_TRIES_SECONDS)
        try:
            session.reopen()
            gone = session_is_gone(before.own_session, ssh_sessions(session.command("show ssh sessions").text))
            clean = _without_ours(session, conditions, before)
        except DeviceError:
            gone = clean = False
        if gone and clean:
            return True, ()
    left = [] if clean else [*conditions, "show debug", "show crypto debug-condition"]
    if not gone:
        left.insert(0, f"ssh disconnect {before.own_session.number}" if before.own_session else "show ssh sessions")
    return False, tuple(left)


def session_is_gone(old: SshSession | None, after: Sequence[SshSession]) -> bool:
    """Whether our old session is over, going by a list that holds our new one. None: not known which it was.

    A number proves nothing by itself: the new session may have been given the old one's. From our place and with our
    name there is then one session, and that is the new one.
    """
    if old is None or not after:
        return False
    ours = [one for one in after if (one.client, one.username) == (old.client, old.username)]
    return len(ours) == 1 or old.number not in {one.number for one in after}


def _same(debugs: Answer, conditions: Answer, before: Preflight) -> bool:
    return meaning(debugs.text) == before.debugs and meaning(conditions.text) == before.conditions


def _without_ours(session: AsaSession, conditions: Sequence[str], before: Preflight) -> bool:
    """Remove the conditions that we left, if the box kept them, and look again."""
    peers = [command.rpartition(" ")[2] for command in conditions]
    kept = session.command("show crypto debug-condition")
    if any(peer in kept.text for peer in peers):
        for command in conditions:
            session.command(command)
        kept = session.command("show crypto debug-condition")
    debugs = session.command("show debug")
    return (
        kept.complete
        and debugs.complete
        and meaning(debugs.text) == before.debugs
        and not any(peer in kept.text for peer in peers)
    )


def _finish_line(session: AsaSession, stream: Stream) -> None:
    """Let the line end that is being written, so that our command does not cut it in two."""
    until = time.monotonic() + _DRY_SECONDS
    while stream.in_a_line and time.monotonic() < until:
        stream.take(session.read_some(_DRY_SECONDS / 4))


def _drain(session: AsaSession, stream: Stream) -> None:
    until = time.monotonic() + _MOST_DRAIN_SECONDS
    while time.monotonic() < until:
        chunk = session.read_some(_DRY_SECONDS)
        if not chunk:
            break
        if not stream.too_large:
            stream.take(chunk)
    stream.end()
