"""IKEv2 debug entries (IKEv2-PROTO, IKEv2-PLAT) and syslog 750xxx to 753xxx to events.

Theory: an entry holds one or more messages, because the device glues them: a further tag or a further `(12):` in the
middle of a line begins the next. Each message is part of a dump (:mod:`.ikev2_dump`), part of a policy comparison
(:mod:`.ikev2_policies`), a state trace, a packet on the wire, or a row of the catalogue (:mod:`.ikev2_catalogue`).
`(12)` is the device's own number of the negotiation and becomes ``Event.exchange``; most platform lines lack it.
"""

import re
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from functools import cached_property, lru_cache

from nornir_ikediag.debugs.entry import Entry
from nornir_ikediag.debugs.ikev2_dump import Part, beginning, is_octets, part, part_behind_transform, payload_after
from nornir_ikediag.debugs.ikev2_packet import Packet
from nornir_ikediag.debugs.ikev2_policies import Comparison, Line, begins, line_of
from nornir_ikediag.debugs.ikev2_proposals import is_proposal
from nornir_ikediag.debugs.ikev2_syslog import ENDS, with_ends
from nornir_ikediag.debugs.ikev2_told import Told, told_by, told_by_trace
from nornir_ikediag.debugs.marks import LONGEST
from nornir_ikediag.debugs.memo import Memo
from nornir_ikediag.model.event import Event, EventKind
from nornir_ikediag.model.evidence import Evidence

_TAG = re.compile(r"(?:I?KEv2-(?P<tag>PROTO|PLAT|ERROR)(?:-\d+)?:\s*)(?:\((?P<after>\d+)\):)?|\((?P<alone>\d{1,7})\):")
_BARE_NUMBER = re.compile(r"\((\d{1,7})\)\s+(?=\w)")  # `(12) tp_name set to:`, as some platform lines have it
_TYPED_COMMAND = re.compile(
    r"[A-Za-z][\w./-]*(?:\([\w-]+\))?[#>]\s?(?:(?:un|no )?deb\w*|no|show?|term\w*|conf\w*|exit|clear|ping|pack\w*)\b.*$"
)
_AFTER_PROMPT = re.compile(r"[#>]\s?(?:un|no|deb|sh|term|conf|exit|clear|ping|pack)")  # quicker, and finds all of those
# Python 3.11 is slow to find a member of an enumeration: what every line asks for is found once.
_NOTED, _MAP_CHECK = EventKind.NOTED, EventKind.CRYPTO_MAP_CHECK
_REFUSALS = frozenset({EventKind.IKE_PROPOSALS_REFUSED, EventKind.IPSEC_PROPOSALS_REFUSED})
_MOST_MAP_CHECKS = 32
_MOST_LINES = 20_000  # of a packet
_MOST_REMEMBERED = 8192


class Ikev2Reader:
    """Reads the IKEv2 entries of one text, ``source``. Never raises; what is pending comes out with :meth:`close`."""

    def __init__(self, source: str = "") -> None:
        self.source = source
        self._packet: Packet | None = None
        self._comparison: Comparison | None = None
        self._map_checks: list[Event] = []
        self._refused: str | None = None  # the number whose refusal was told already
        self._number: str | None = None
        self._at: datetime | None = None
        self._out: list[Event] = []

    def read(self, entry: Entry) -> Sequence[Event] | None:
        """The events that this entry completes; None when no line of it is understood."""
        if entry.tag == "syslog":
            return self._syslog(entry)
        if not entry.tag and entry.text.startswith(("Local:", "IKEv2 ")) and (said := self._syslog(entry)) is not None:
            return said  # the id in front was not pasted along
        self._at = entry.at or self._at
        self._number = None
        strange = [] if self._line(entry.number, entry.line, entry.text) else [entry.number]
        for number, text in entry.body:
            if not self._line(number, text, text):
                strange.append(number)
        if len(strange) == 1 + len(entry.body):
            return self._taken() or None
        if strange:
            entry.strange = [*entry.strange, *strange]
        return self._taken()

    def close(self) -> Sequence[Event]:
        """The events of what the text ends in."""
        self._finish()
        return self._taken()

    def _taken(self) -> list[Event]:
        events, self._out = self._out, []
        return events

    def _syslog(self, entry: Entry) -> Sequence[Event] | None:
        """A message of 750xxx to 753xxx: who it is about stands in front, what happened is in the catalogue."""
        text = entry.text
        found = ENDS.match(text)
        said = told_by(text[found.end() :] if found else text.removeprefix("IKEv2 "))
        if not said:
            return None
        self._at = entry.at or self._at
        self._number = None
        self._finish()
        origin = Evidence(self.source, entry.number, entry.line)
        for one in said:
            self._tell(origin, one, entry.syslog_id)
        events = self._taken()
        return [with_ends(event, found) for event in events] if found else events

    def _line(self, line_number: int, line: str, text: str) -> bool:
        """Whether everything in this line is understood."""
        origin = Evidence(self.source, line_number, line)
        if text[:1] == "(":  # `(12): `
            alone, colon, rest = text[1:].partition("):")
            if colon and alone.isdecimal():
                self._number, text = alone, rest.lstrip()
        if text.startswith("SM Trace") and (state := told_by_trace(text)) is not None:  # hardly the same ever again
            self._finish()
            self._tell(origin, state)
            return True
        message = _message(text)
        if message.is_one:
            return not message.text or self._message(origin, message)
        understood = True
        for number, piece in _messages(message.text, self._number):
            if number is not None:
                self._number = number
            understood = self._piece(origin, piece) and understood
        return understood

    def _piece(self, origin: Evidence, text: str) -> bool:
        """Whether this piece of a line is understood."""
        return not text or self._message(origin, _message(text))

    def _message(self, origin: Evidence, message: "_Message") -> bool:
        if self._comparison is not None:
            if self._comparison.take(origin, message.of_comparison):
                return True
            self._finish_comparison()
        packet = self._packet
        if packet is not None:
            part = message.part_behind_transform if packet.transforms else message.part
            if part is not None and packet.lines < _MOST_LINES:
                packet.lines += 1
                part(packet, origin)
                return True
        return message.statement(self, origin)

    def _open(self, packet: Packet) -> bool:
        self._finish_packet()
        self._packet = packet
        if packet.direction == "received":
            self._refused = None
            self._map_checks.clear()
        return True

    def _compare(self, origin: Evidence, line: Line | None) -> bool:
        self._finish_packet()
        self._comparison = Comparison(self._number)
        return self._comparison.take(origin, line)

    def _numbered(self, origin: Evidence, number: str, text: str) -> bool:
        self._number = number
        return self._piece(origin, text)

    def _tell_all(self, origin: Evidence, said: Sequence[Told]) -> bool:
        if said[-1].kind is not _NOTED:  # remarks stand between the payloads that they are about
            self._finish_packet()
        for one in said:
            self._tell(origin, one)
        return True

    def _tell(self, origin: Evidence, what: Told, message: str | None = None) -> None:
        kind, fields, own, trust, peer, local, group = what
        event = Event(
            kind=kind, origin=origin, at=self._at, ike_version=2, peer=peer, local=local, tunnel_group=group,
            exchange=self._number, message=message or own, trust=trust, fields=fields,
        )  # fmt: skip
        self._out.append(event)
        if kind is _MAP_CHECK:
            del self._map_checks[: -_MOST_MAP_CHECKS + 1]
            self._map_checks.append(event)

    def _finish(self) -> None:
        """Neither a packet nor a comparison goes on."""
        self._finish_packet()
        self._finish_comparison()

    def _finish_packet(self) -> None:
        packet, self._packet = self._packet, None
        if packet is not None:
            self._tell_as(packet.number, packet.tells())

    def _finish_comparison(self) -> None:
        comparison, self._comparison = self._comparison, None
        if comparison is None:
            return
        said = comparison.tells(self._map_checks)
        if self._refused == (comparison.number or ""):
            said = [(origin, _as_repeated(what)) for origin, what in said]
        self._tell_as(comparison.number, said)
        if comparison.is_refusal:
            self._refused = comparison.number or ""

    def _tell_as(self, number: str | None, said: Iterable[tuple[Evidence, Told]]) -> None:
        """What was said under this number, which need not be that of the line that ends it."""
        outer, self._number = self._number, number
        for origin, what in said:
            self._tell(origin, what)
        self._number = outer


Statement = Callable[[Ikev2Reader, Evidence], bool]


class _Message:
    """What a text of a debug may be, whatever goes on around it; each is worked out when it is first asked for.

    ``is_one`` False: the text is several messages, glued. A command that was typed behind it is cut off.
    """

    def __init__(self, text: str) -> None:
        is_typed = ("#" in text or ">" in text) and _AFTER_PROMPT.search(text)
        text = _TYPED_COMMAND.sub("", text) if is_typed else text
        self.is_one = "):" not in text and "KEv2-P" not in text
        self.text = text[:LONGEST].strip() if self.is_one else text

    @cached_property
    def part(self) -> Part | None:
        """As a line of a dump."""
        return part(self.text)

    @cached_property
    def part_behind_transform(self) -> Part | None:
        """As a line of a dump, behind a transform."""
        return part_behind_transform(self.text)

    @cached_property
    def of_comparison(self) -> Line | None:
        """As a line of a comparison."""
        return line_of(self.text)

    @cached_property
    def statement(self) -> Statement:
        """What it does where nothing goes on that it belongs to; the result says whether it is understood."""
        text = self.text
        if (begin := beginning(text)) is not None:
            return lambda reader, origin: reader._open(begin(origin, reader._number))
        if begins(text):
            line = self.of_comparison
            return lambda reader, origin: reader._compare(origin, line)
        if at := payload_after(text):
            before, payload = text[:at].strip(), text[at:]
            return lambda reader, origin: all([reader._piece(origin, before), reader._piece(origin, payload)])
        if said := told_by(text):
            return lambda reader, origin: reader._tell_all(origin, said)
        if (bare := _BARE_NUMBER.match(text)) is not None:
            number, rest = bare[1], text[bare.end() :]
            return lambda reader, origin: reader._numbered(origin, number, rest)
        understood = is_proposal(text) or self.part is not None
        return lambda reader, origin: understood


_known = Memo[_Message](_MOST_REMEMBERED)
_SILENCE = _Message("")


def _message(text: str) -> _Message:
    message = _known.get(text)
    if message is None:
        if is_octets(text):
            return _SILENCE
        message = _known[text] = _Message(text)
    return message


def _as_repeated(what: Told) -> Told:
    """A refusal that was told already is a consequence, unless it says more than before."""
    repeated = what.kind in _REFUSALS and what.fields.get("phase") == "unknown"
    return what._replace(kind=EventKind.CONSEQUENCE) if repeated else what


@lru_cache(maxsize=1024)
def _messages(text: str, current: str | None) -> Sequence[tuple[str | None, str]]:
    """The glued messages of a line, each with the number in front of it; ``current`` is that of the lines before."""
    number: str | None = None
    start = 0
    pieces: list[tuple[str | None, str]] = []
    for found in _TAG.finditer(text):
        glued = found.start() > 0 and text[found.start() - 1].isalnum()
        if found["alone"] and glued and found["alone"] != (number or current):
            continue
        pieces.append((number, text[start : found.start()].strip()))
        number, start = found["after"] or found["alone"], found.end()
    return [*pieces, (number, text[start:].strip())]
