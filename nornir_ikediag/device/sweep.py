"""What debug windows of ours left behind on a device, and nothing of anybody else's, taken back.

Debugging belongs to the session that asked for it and goes with it (Cisco document 200365), except with `logging
debug-trace persistent`; conditions are treated as the box's and stay. So what a killed window leaves is its conditions,
and its session until the device notices. A condition is taken back only where a record names it, where nobody looks
after that record any more, and where ours is the only session: debugging of somebody else's that rests on the same
condition would cover every peer without it, and so would our own in an old session that the device still keeps.
"""

import ipaddress
from collections.abc import Iterable, Sequence
from typing import Final, Literal

import msgspec

from nornir_ikediag.capture import Source
from nornir_ikediag.device.commands import is_address
from nornir_ikediag.device.preflight import SshSession, own_session, ssh_sessions
from nornir_ikediag.device.proof import session_is_gone
from nornir_ikediag.device.records import WindowRecord, undoing
from nornir_ikediag.device.session import AsaSession
from nornir_ikediag.errors import CommandRefused, OutputIncomplete
from nornir_ikediag.model.reading import Reading
from nornir_ikediag.shows import read

Outcome = Literal["clean", "mended", "left", "not-looked"]

_DEBUGS: Final = "show debug"
_CONDITIONS: Final = "show crypto debug-condition"


class Swept(msgspec.Struct, frozen=True, kw_only=True):
    """What was found on one device (in one context), and what became of it, in sentences. ``sent``: to take it back.

    ``settled``: whether the records of windows that nobody looks after are of no use any more.
    """

    outcome: Outcome
    sentences: tuple[str, ...]
    sent: tuple[str, ...] = ()
    settled: bool = False


class Standing(msgspec.Struct, frozen=True, kw_only=True):
    """What is on: lines of `show debug`, addresses that are a condition, and lines of other conditions."""

    debugs: tuple[str, ...]
    peers: tuple[str, ...]
    others: tuple[str, ...]

    def of(self, commands: Iterable[str]) -> tuple[str, ...]:
        """Those of the commands whose effect is among it, debugs first: they are ended before their conditions."""
        found = dict.fromkeys(command for command in commands if self._holds(command))
        return tuple(sorted(found, key=lambda command: " condition " in command))

    def without(self, commands: Sequence[str]) -> "Standing":
        """What none of the commands brought about."""
        peers = {_address(command) for command in commands if " condition " in command}
        return msgspec.structs.replace(
            self,
            debugs=tuple(line for line in self.debugs if not any(_is_on(command, line) for command in commands)),
            peers=tuple(peer for peer in self.peers if peer not in peers),
        )

    def _holds(self, command: str) -> bool:
        if " condition " in command:
            return _address(command) in self.peers
        return any(_is_on(command, line) for line in self.debugs)


def sweep(
    session: AsaSession, over: Sequence[WindowRecord], running: Sequence[WindowRecord], *, dry_run: bool
) -> Swept:
    """Look, take back what the windows that are ``over`` left on, and look again. With ``dry_run`` only look.

    ``running`` are the windows that somebody looks after: what they have on is left alone and is no finding. Raises
    OutputIncomplete and CommandRefused when the device does not tell what is on.
    """
    standing = _look(session)
    ours = [command for record in over for command in record.commands]
    left = standing.of(ours)
    strange = standing.without([*ours, *(command for record in running for command in record.commands)])
    about = _about(session, over, left, dry_run=dry_run) if over else Swept(outcome="clean", sentences=())
    sentences = (*(_open(record) for record in running), *about.sentences, *_strangers(strange))
    outcome: Outcome = "left" if about.outcome == "left" or _strangers(strange) else about.outcome
    return msgspec.structs.replace(about, outcome=outcome, sentences=sentences or ("nothing is left on.",))


def _look(session: AsaSession) -> Standing:
    debugs, conditions = _asked(session, _DEBUGS), _asked(session, _CONDITIONS)
    lines = (
        *(conditions.device.get("debug_conditions") or ()),
        *conditions.facts.quoted,
    )  # a filter, or we know not what
    words = {line.text.strip(): line.text.split() for line in lines}
    return Standing(
        debugs=tuple(line.text.strip() for line in debugs.device.get("debug_on") or ()),
        peers=tuple(_address(word) for row in words.values() for word in row if is_address(word)),
        others=tuple(text for text, row in words.items() if not any(map(is_address, row))),
    )


def _asked(session: AsaSession, command: str) -> Reading:
    answer = session.command(command)
    if answer.refused:
        raise CommandRefused(
            session.name,
            f"{session.name} did not tell what is on: it refuses `{command}`. Permit it to user "
            f"{session.where.username}.",
        )
    reading = read(Source(name=command, text=answer.text, command=command, complete=answer.complete))
    if not reading.facts.complete:
        raise OutputIncomplete(session.name, f"{session.name} did not finish its answer to `{command}`. Try again.")
    return reading


def _about(session: AsaSession, over: Sequence[WindowRecord], left: Sequence[str], *, dry_run: bool) -> Swept:
    """What the windows that are over left on, and what becomes of it."""
    window = _window(over)
    undo = tuple(undoing(command) for command in left)
    rows = ssh_sessions(session.command("show ssh sessions").text)
    old = [record.ssh_session for record in over if not session_is_gone(record.ssh_session, rows)]
    if not left and (len(rows) == 1 or not old):
        record = f"its record {'would be' if dry_run else 'is'} removed"
        return Swept(outcome="clean", sentences=(f"{window} left nothing on; {record}.",), settled=True)
    if len(rows) != 1:
        return Swept(outcome="left", sentences=(f"{window} {_not_alone(session, old, rows, undo)}",))
    if dry_run:
        return Swept(outcome="left", sentences=(f"{window} left something on; would send: {_quoted(undo)}.",))
    for command in undo:
        session.command(command)
    still = _look(session).of(left)
    if still:
        sentence = f"{window} left something on that did not go. Type: {_quoted(undoing(one) for one in still)}."
        return Swept(outcome="left", sentences=(sentence,), sent=undo)
    sentence = f"{window} left something on, which is taken back and proved off: {_quoted(undo)}."
    return Swept(outcome="mended", sentences=(sentence,), sent=undo, settled=True)


def _not_alone(
    session: AsaSession, old: Sequence[SshSession | None], rows: Sequence[SshSession], undo: Sequence[str]
) -> str:
    """Why nothing is taken back while ours is not the only session, and what to type."""
    what = f"left something on ({_quoted(undo)})" if undo else "may have left its SSH session"
    if not rows:
        return f"{what}; not touched, since `show ssh sessions` does not tell who else is at work."
    listed = [one for one in old if one is not None]
    if listed:
        end = _quoted(f"ssh disconnect {one.number}" for one in listed)
        return f"{what}; not touched, since its SSH session may still be there. Type: {end}. Then sweep again."
    own = own_session(rows, session)
    names = ", ".join(dict.fromkeys(f"{one.username} from {one.client}" for one in rows if one != own))
    then = f", or type: {_quoted(undo)}" if undo else ""
    return (
        f"{what}; not touched, since others are logged in ({names}) whose debugging may rest on it. Sweep again when "
        f"they are gone{then}."
    )


def _window(over: Sequence[WindowRecord]) -> str:
    first = over[0]
    who = f"{first.username}, process {first.process} on {first.computer}"
    which = "a window" if len(over) == 1 else f"{len(over)} windows"
    return f"{which} of ours, opened {first.opened_at:%Y-%m-%d %H:%M:%S} UTC ({who}) and not closed,"


def _open(record: WindowRecord) -> str:
    return (
        f"a window of ours is open since {record.opened_at:%H:%M:%S} UTC (process {record.process} on "
        f"{record.computer}), and is left alone."
    )


def _strangers(standing: Standing) -> tuple[str, ...]:
    """What no record of ours names: whose it is the device does not tell, so it is only told."""
    sentences = []
    if standing.debugs:
        sentences.append(
            f"debugging of somebody else's is on: {_quoted(standing.debugs)}. End it with its `no` form in the session "
            "that has it on, or end that session."
        )
    if standing.peers or standing.others:
        end = _quoted(f"no debug crypto condition peer {peer}" for peer in standing.peers)
        type_ = f"type: {end}" if standing.peers else "take them back with their `no` forms"
        sentences.append(
            f"debug conditions of somebody else's are set: {_quoted((*standing.peers, *standing.others))}. When nobody "
            f"who is at work needs them, {type_}."
        )
    return tuple(sentences)


def _is_on(command: str, line: str) -> bool:
    """Whether this line of `show debug` is about this `debug` command."""
    return line.lower().startswith(f"{undoing(command).removeprefix('no ')} ")


def _address(command: str) -> str:
    """The address that a command ends in, as the notation of IPv6 that is used always."""
    return str(ipaddress.ip_address(command.rpartition(" ")[2]))


def _quoted(commands: Iterable[str]) -> str:
    return ", ".join(f"`{command}`" for command in commands)
