"""IKEv2 debug entries (IKEv2-PROTO, IKEv2-PLAT) and syslog 750xxx to 753xxx to events.

Theory: an entry holds one or more messages, because the device glues them: a further tag or a further `(12):` in the
middle of a line begins the next. Each message is part of a dump (:mod:`.ikev2_packet`), part of a policy comparison
(:mod:`.ikev2_policies`), a state trace, a packet on the wire, or a row of the catalogue (:mod:`.ikev2_catalogue`).
`(12)` is the device's own number of the negotiation and becomes ``Event.exchange``; most platform lines lack it.
"""

import re
from collections.abc import Sequence
from datetime import datetime
from functools import lru_cache
from typing import NamedTuple

from nornir_ikediag.debugs.entry import Entry
from nornir_ikediag.debugs.ikev2_catalogue import lookup
from nornir_ikediag.debugs.ikev2_packet import Packet, begin, is_octets, opens, payload_after
from nornir_ikediag.debugs.ikev2_policies import Comparison, begins
from nornir_ikediag.debugs.ikev2_proposals import is_proposal
from nornir_ikediag.debugs.ikev2_syslog import ENDS, with_ends
from nornir_ikediag.debugs.ikev2_told import Told, hexadecimal, told, told_by
from nornir_ikediag.debugs.marks import LONGEST
from nornir_ikediag.model.event import Event, EventKind
from nornir_ikediag.model.evidence import Evidence

_TAG = re.compile(r"(?:I?KEv2-(?P<tag>PROTO|PLAT|ERROR)(?:-\d+)?:\s*)(?:\((?P<after>\d+)\):)?|\((?P<alone>\d{1,7})\):")
_TRACE = re.compile(
    r"SM Trace-> ?(?:SA: ?)?I_SPI=(?P<spi_i>\w+) R_SPI=(?P<spi_r>\w+) \((?P<role>[IR])\) MsgID ?= ?(?P<message_id>\w+)"
    r"\s+CurState: (?P<state>\w+)\s+Event: (?P<event>\w+)"
)
_ON_WIRE = re.compile(
    r"(?P<which>SENT|RECV) PKT \[(?P<exchange>\w+)\] \[(?P<from>[^\]]+)\]:(?P<from_port>\d+)->"
    r"\[(?P<to>[^\]]+)\]:(?P<to_port>\d+) InitSPI=(?P<spi_i>\w+) RespSPI=(?P<spi_r>\w+) MID=(?P<message_id>\w+)"
)
_BARE_NUMBER = re.compile(r"\((\d{1,7})\)\s+(?=\w)")  # `(12) tp_name set to:`, as some platform lines have it
_TYPED_COMMAND = re.compile(
    r"[A-Za-z][\w./-]*(?:\([\w-]+\))?[#>]\s?(?:(?:un|no )?deb\w*|no|show?|term\w*|conf\w*|exit|clear|ping|pack\w*)\b.*$"
)
_AFTER_PROMPT = re.compile(r"[#>]\s?(?:un|no|deb|sh|term|conf|exit|clear|ping|pack)")  # quicker, and finds all of those
_MOST_MAP_CHECKS = 32


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
            if not is_octets(text) and not self._line(number, text, text):
                strange.append(number)
        if len(strange) == 1 + len(entry.body):
            return self._taken() or None
        if strange:
            entry.strange = [*entry.strange, *strange]
        return self._taken()

    def close(self) -> Sequence[Event]:
        """The events of what the text ends in."""
        self._finish_packet()
        self._finish_comparison()
        return self._taken()

    def _taken(self) -> list[Event]:
        events, self._out = self._out, []
        return events

    def _syslog(self, entry: Entry) -> Sequence[Event] | None:
        """A message of 750xxx to 753xxx: who it is about stands in front, what happened is in the catalogue."""
        text = entry.text
        found = ENDS.match(text)
        said = lookup(text[found.end() :] if found else text.removeprefix("IKEv2 "))
        if said is None:
            return None
        self._at = entry.at or self._at
        self._number = None
        self._finish_packet()
        self._finish_comparison()
        origin = Evidence(self.source, entry.number, entry.line)
        for one in told_by(said):
            self._tell(origin, one, entry.syslog_id)
        events = self._taken()
        return [with_ends(event, found) for event in events] if found else events

    def _line(self, line_number: int, line: str, text: str) -> bool:
        """Whether everything in this line is understood."""
        origin = Evidence(self.source, line_number, line)
        if ("#" in text or ">" in text) and _AFTER_PROMPT.search(text) and _TYPED_COMMAND.search(text):
            text = _TYPED_COMMAND.sub("", text)
        if text[:1] == "(":  # `(12): ` and nothing glued, nearly always
            alone, colon, rest = text[1:].partition("):")
            if colon and alone.isdecimal() and "):" not in rest and "KEv2-" not in rest and rest[:1] != "(":
                self._number, text = alone, rest
        if "):" not in text and "KEv2-P" not in text:
            text = text[:LONGEST].strip()
            return not text or self._piece(origin, text)
        understood = True
        for number, piece in _messages(text, self._number):
            if number is not None:
                self._number = number
            if piece:
                understood = self._piece(origin, piece[:LONGEST]) and understood
        return understood

    def _piece(self, origin: Evidence, text: str) -> bool:
        if text.startswith("SM Trace") and (trace := _TRACE.match(text)) is not None:
            self._finish_comparison()
            self._finish_packet()
            self._trace(origin, trace)
            return True
        if self._comparison is not None:
            if self._comparison.take(origin, text):
                return True
            self._finish_comparison()
        packet = self._packet
        if packet is not None and packet.take_by_first_word(origin, text):
            return True
        sort = _sort_of(text)
        if sort.opens:
            self._open(begin(origin, self._number, text))
        elif packet is None or not packet.take(origin, text):
            return self._outside(origin, text, sort)
        return True

    def _open(self, packet: Packet) -> None:
        self._finish_packet()
        self._packet = packet
        if packet.direction == "received":
            self._refused = None
            self._map_checks.clear()

    def _outside(self, origin: Evidence, text: str, sort: "_Sort") -> bool:
        at = sort.glued_at
        if at:
            return all([self._piece(origin, text[:at].strip()), self._piece(origin, text[at:])])
        return self._statement(origin, text, sort) or _loose_dump(origin, text)

    def _statement(self, origin: Evidence, text: str, sort: "_Sort") -> bool:
        """A message that says something by itself; it ends a dump."""
        if sort.compares:
            self._finish_packet()
            self._comparison = Comparison(self._number)
            return self._comparison.take(origin, text)
        if sort.on_wire is not None:
            self._finish_packet()
            self._on_wire(origin, sort.on_wire)
            return True
        if not sort.tells:
            bare = _BARE_NUMBER.match(text)
            if bare is None:
                return is_proposal(text)
            self._number = bare[1]
            return self._piece(origin, text[bare.end() :])
        if sort.tells[-1].kind is not EventKind.NOTED:  # remarks stand between the payloads that they are about
            self._finish_packet()
        for one in sort.tells:
            self._tell(origin, one)
        return True

    def _tell(self, origin: Evidence, what: Told, message: str | None = None) -> None:
        kind, fields, own, trust, peer, local, group = what
        event = Event(
            kind=kind, origin=origin, at=self._at, ike_version=2, peer=peer, local=local, tunnel_group=group,
            exchange=self._number, message=message or own, trust=trust, fields=fields,
        )  # fmt: skip
        self._out.append(event)
        if kind is EventKind.CRYPTO_MAP_CHECK:
            del self._map_checks[: -_MOST_MAP_CHECKS + 1]
            self._map_checks.append(event)

    def _emit(self, kind: EventKind, origin: Evidence, words: dict[str, str], message: str) -> None:
        self._tell(origin, told(kind, words, message))

    def _trace(self, origin: Evidence, found: re.Match[str]) -> None:
        spi_i, spi_r, role, message_id, state, event = found.groups()
        fields = {
            "spi_i": hexadecimal(spi_i, 16), "spi_r": hexadecimal(spi_r, 16),
            "role": "initiator" if role == "I" else "responder", "message_id": hexadecimal(message_id, 8),
            "state": state, "event": event,
        }  # fmt: skip
        self._tell(origin, Told(EventKind.STATE, fields, "sm-trace", "recorded", None, None, None))

    def _on_wire(self, origin: Evidence, found: re.Match[str]) -> None:
        sent = found["which"] == "SENT"
        ends = ("from", "to") if sent else ("to", "from")
        fields = {
            "direction": "sending" if sent else "received", "tag": "PLAT", "exchange": found["exchange"],
            "local": found[ends[0]], "local_port": found[f"{ends[0]}_port"], "peer": found[ends[1]],
            "peer_port": found[f"{ends[1]}_port"], "spi_i": found["spi_i"], "spi_r": found["spi_r"],
            "message_id": found["message_id"],
        }  # fmt: skip
        self._emit(EventKind.PACKET, origin, fields, "packet-on-wire")

    def _finish_packet(self) -> None:
        packet, self._packet = self._packet, None
        if packet is None:
            return
        packet.close()
        outer, self._number = self._number, packet.number
        direction = {"direction": packet.direction}
        if packet.has_header:
            payloads = {"payloads": " ".join(packet.payloads)} if packet.payloads else {}
            fields = {**packet.fields, **direction, **payloads, "tag": "PROTO"}
            self._emit(EventKind.PACKET, packet.origin, fields, "packet")
        ends = {name: value for name, value in packet.fields.items() if name in _ENDS_OF_PACKET}
        for origin, fields in packet.proposals:
            self._emit(EventKind.PROPOSAL_OFFERED, origin, {**fields, **direction, **ends}, "proposal")
        proxy = EventKind.PROXY_SENT if packet.direction == "sending" else EventKind.PROXY_RECEIVED
        for origin, fields in packet.selectors:
            self._emit(proxy, origin, {**fields, **direction}, "traffic-selector")
        notify = EventKind.NOTIFY_SENT if packet.direction == "sending" else EventKind.NOTIFY_RECEIVED
        names = [name[7:].rstrip(")") for name in packet.payloads if name.startswith("NOTIFY(")]
        for origin, name in zip(packet.notifies, names, strict=False):
            self._emit(notify, origin, {"name": name.strip(), **ends}, "notify")
            meaning = _NOTIFIES_WITH_A_MEANING.get(name.strip())
            if meaning is not None:
                self._emit(meaning, origin, {**direction, **ends}, "notify")
        self._number = outer

    def _finish_comparison(self) -> None:
        comparison, self._comparison = self._comparison, None
        if comparison is None:
            return
        outer, self._number = self._number, comparison.number
        already = self._refused == (self._number or "")
        for kind, origin, fields, trust in comparison.events(self._map_checks):
            repeated = already and kind in _REFUSALS and fields.get("phase") == "unknown"
            self._tell(origin, told(EventKind.CONSEQUENCE if repeated else kind, fields, "policies", trust))
        if comparison.is_refusal:
            self._refused = self._number or ""
        self._number = outer


_NOTIFIES_WITH_A_MEANING = {
    "COOKIE": EventKind.COOKIE_CHALLENGE,
    "INVALID_KE_PAYLOAD": EventKind.KE_WRONG_GROUP,
}
_ENDS_OF_PACKET = frozenset({"peer", "local", "spi_i", "spi_r"})
_REFUSALS = frozenset({EventKind.IKE_PROPOSALS_REFUSED, EventKind.IPSEC_PROPOSALS_REFUSED})


class _Sort(NamedTuple):
    """What a piece of text is, whatever goes on around it."""

    opens: bool = False  # a packet's dump
    glued_at: int = 0  # where a payload's line begins behind other words
    compares: bool = False  # opens a comparison of policies
    on_wire: re.Match[str] | None = None
    tells: tuple[Told, ...] = ()


@lru_cache(maxsize=8192)
def _sort_of(text: str) -> _Sort:
    if opens(text):
        return _Sort(opens=True)
    on_wire = _ON_WIRE.match(text)
    if on_wire is not None:
        return _Sort(on_wire=on_wire)
    said = lookup(text)
    return _Sort(glued_at=payload_after(text), compares=begins(text), tells=told_by(said) if said else ())


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


def _loose_dump(origin: Evidence, text: str) -> bool:
    """Whether this is a line of a dump whose beginning was cut off."""
    return Packet(origin, None, "received", has_header=False).take(origin, text)
