"""What an IKEv2 message tells, whatever goes on around it: kind and fields in the form that events carry."""

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import NamedTuple

from nornir_ikediag.debugs.ikev2_catalogue import Understood, lookup
from nornir_ikediag.debugs.ikev2_selectors import described
from nornir_ikediag.debugs.ikev2_syslog import DEFAULT_GROUPS, bare
from nornir_ikediag.model.event import EventKind

_TRACE = re.compile(
    r"SM Trace-> ?(?:SA: ?)?I_SPI=(?P<spi_i>\w+) R_SPI=(?P<spi_r>\w+) \((?P<role>[IR])\) MsgID ?= ?(?P<message_id>\w+)"
    r"\s+CurState: (?P<state>\w+)\s+Event: (?P<event>\w+)",
    re.ASCII,
)
_ON_WIRE = re.compile(
    r"(?P<which>SENT|RECV) PKT \[(?P<exchange>\w+)\] \[(?P<from>[^\]]+)\]:(?P<from_port>\d+)->"
    r"\[(?P<to>[^\]]+)\]:(?P<to_port>\d+) InitSPI=(?P<spi_i>\w+) RespSPI=(?P<spi_r>\w+) MID=(?P<message_id>\w+)",
    re.ASCII,
)
_PEER_LOST = re.compile(r"peer (?:is )?(?:lost|dead|not responding)|lost (?:contact|service|peer)|DPD", re.IGNORECASE)
_NO_REASONS = frozenset({EventKind.NOTED, EventKind.CONSEQUENCE})
_SELECTOR_KINDS = frozenset({EventKind.SELECTORS_REFUSED, EventKind.INITIATOR_STARTS})
_GROUP_KINDS = frozenset(
    {EventKind.TUNNEL_GROUP_LANDED, EventKind.TUNNEL_GROUP_DEFAULT, EventKind.PROTOCOL_NOT_ALLOWED}
)
_STATE = EventKind.STATE  # Python 3.11 is slow to find a member of an enumeration
_DIGITS = {"message_id": 8, "spi": 8, "spi_i": 16, "spi_r": 16}


class Told(NamedTuple):
    """An event but for its line, its time and the number of its negotiation. Nobody changes the fields: they are
    shared between events."""

    kind: EventKind
    fields: dict[str, str]
    message: str
    trust: str
    peer: str | None
    local: str | None
    tunnel_group: str | None


def told(kind: EventKind, words: dict[str, str], message: str, trust: str = "recorded") -> Told:
    """What these words of a message tell: ids as ``0x…``, networks as prefixes, both ends out of the fields."""
    fields = with_ids(words)
    peer, local = fields.pop("peer", None), None
    if kind in _SELECTOR_KINDS:
        for side in ("local", "remote"):
            fields.update(described(side, fields[side]) if side in fields else {})
    else:
        local = fields.pop("local", None)
    group = fields.get("name") if kind in _GROUP_KINDS else None
    return Told(kind, fields, message, trust, bare(peer), bare(local), group)


@lru_cache(maxsize=8192)
def told_by(text: str) -> tuple[Told, ...]:
    """What a message tells, without tag and prefixes; nothing where neither the catalogue has it nor it is a remark. An
    abort that gives its reason tells that as well, and first."""
    if (trace := _TRACE.match(text)) is not None:
        return (_trace(trace),)
    if (packet := _ON_WIRE.match(text)) is not None:
        return (_on_wire(packet),)
    said = lookup(text)
    return _told_by(said) if said is not None else ()


def told_by_trace(text: str) -> Told | None:
    """What a state trace tells that is all of this text."""
    trace = _TRACE.fullmatch(text)
    return _trace(trace) if trace is not None else None


def _told_by(said: Understood) -> tuple[Told, ...]:
    message, words = said
    kind = message.kind
    reason: tuple[Told, ...] = ()
    if kind is EventKind.NEGOTIATION_ABORTED and message.id == "aborted":
        why = lookup(words.get("reason", ""))
        if why is not None and why.message.kind is EventKind.NEGOTIATION_ABORTED:
            words = {**why.fields, **words}  # which exchange it was
        elif why is not None and why.message.kind not in _NO_REASONS:
            reason = _told_by(why)
    elif kind is EventKind.IKE_PROPOSALS_REFUSED and message.id in ("proposals-refused", "no-matching-proposal"):
        words = {**words, "phase": "unknown"}
    elif kind is EventKind.TORN_DOWN and _PEER_LOST.search(words.get("reason", "")):
        kind = EventKind.DPD_TIMEOUT
    elif kind is EventKind.TUNNEL_GROUP_LANDED and DEFAULT_GROUPS.match(words.get("name", "")):
        kind = EventKind.TUNNEL_GROUP_DEFAULT
    return (*reason, told(kind, words, message.id, message.trust))


def _trace(found: re.Match[str]) -> Told:
    spi_i, spi_r, role, message_id, state, event = found.groups()
    fields = {
        "spi_i": hexadecimal(spi_i, 16), "spi_r": hexadecimal(spi_r, 16),
        "role": "initiator" if role == "I" else "responder", "message_id": hexadecimal(message_id, 8),
        "state": state, "event": event,
    }  # fmt: skip
    return Told(_STATE, fields, "sm-trace", "recorded", None, None, None)


def _on_wire(found: re.Match[str]) -> Told:
    sent = found["which"] == "SENT"
    ends = ("from", "to") if sent else ("to", "from")
    fields = {
        "direction": "sending" if sent else "received", "tag": "PLAT", "exchange": found["exchange"],
        "local": found[ends[0]], "local_port": found[f"{ends[0]}_port"], "peer": found[ends[1]],
        "peer_port": found[f"{ends[1]}_port"], "spi_i": found["spi_i"], "spi_r": found["spi_r"],
        "message_id": found["message_id"],
    }  # fmt: skip
    return told(EventKind.PACKET, fields, "packet-on-wire")


def with_ids(words: Mapping[str, str | None]) -> dict[str, str]:
    """The fields that these words of a message are, those that it lacks left out: SPIs and message ids as ``0x…``."""
    return {name: hexadecimal(word, _DIGITS[name]) if name in _DIGITS else word for name, word in words.items() if word}


@lru_cache(maxsize=4096)
def hexadecimal(text: str, digits: int) -> str:
    """An SPI or a message id as ``0x…``. The device prints ids as hexadecimal, except as `Message id: 10`."""
    plain = text.lower().removeprefix("0x")
    try:
        is_decimal = digits == 8 and plain == text.lower() and len(plain) < 8
        value = int(plain, 10 if is_decimal else 16)
    except ValueError:
        return text
    return f"0x{value:0{digits}x}"
