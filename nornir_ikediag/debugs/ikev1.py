"""IKEv1 entries, and syslog of their classes, to events: packets, FSM histories, and what the catalogue lists.

Lines of a body are read here too: the proxy identities that we transmit, an identity on a line of its own, the dumps of
levels 254 and 255 (counted as read, and skipped).
"""

import re
from collections.abc import Sequence
from functools import lru_cache
from itertools import takewhile

from nornir_ikediag.debugs.catalogue import Message, Understood, by_syslog_id, catalogue, lookup
from nornir_ikediag.debugs.entry import Entry
from nornir_ikediag.debugs.history import fsm_error
from nornir_ikediag.debugs.refine import network, number
from nornir_ikediag.model.event import Event, EventKind
from nornir_ikediag.model.evidence import Evidence

# As the device prints it, in one line; and as it may arrive.
_PLAIN_PACKET = re.compile(
    r"IKE_DECODE (?P<direction>SENDING|RECEIVED|RESENDING) Message \(msgid=(?P<id>[0-9a-f]{1,8})\)"
    r" with payloads ?:(?P<listed>[^:t]*)total length ?: ?(?P<length>\d+)"
)
_PACKET = re.compile(
    r"IKE_DECODE\s+(?P<direction>SENDING|RECEIVED|RESENDING)\s+Message\s+\(msgid=(?P<id>\w+)\)"
    r"\s+with payloads ?:(?P<rest>.*)",
    re.IGNORECASE,
)
_PAYLOAD = re.compile(r"([A-Z][A-Z0-9_ -]*?) ?\(\d+\)")
_LENGTH = re.compile(r"total length ?: ?(\d+)")
_PROXY_SENT = re.compile(
    r"(?P<side>Local|Remote)\s+(?:host|subnet|range|address)\s*:?\s+(?P<first>[^\s,]+)"
    r"(?:\s*(?:-|to|through)\s*(?P<last>[\d.]+))?"
    r"(?:\s+mask:?\s+(?P<mask>[^\s,]+))?\s+Protocol:?\s+(?P<protocol>\d+)\s+Port:?\s+(?P<port>\d+)",
    re.IGNORECASE,
)
# What levels 254 and 255 print of a packet, and the flags that some messages list on lines of their own.
_DUMP = re.compile(
    r"\s*(?:(?:[0-9A-Fa-f]{2}\s){3,}|[0-9A-Fa-f]{4}:\s|(?:[0-9A-Fa-f]{2,8}\s+){1,8}\|?\s*\S{0,20}$)"
    r"|\s*(?:ISAKMP Header|RAW PACKET DUMP\b.*|(?:BEFORE|AFTER) (?:EN|DE)CRYPTION\b.*)$"
    r"|\s+(?!Phase [12] )[A-Z][\w /()#.-]{1,60}:.*$|\s+(?:Payload|Flags|Data) .*$"
)
_DUMPED = re.compile(r"\s*[0-9A-Fa-f]{4}:\s+(?P<bytes>[0-9A-Fa-f]{2,8}(?: [0-9A-Fa-f]{2,8}){0,15})(?:\s{2,}.*)?$")
_ONE_VALUE = re.compile(r"\s*[\w.:/@=-]{1,253}\s*$")
_MOST_LINES_JOINED = 3
_WITH_A_REASON = frozenset({EventKind.TORN_DOWN})
_REASONS = (
    (re.compile(r"idle timeout", re.IGNORECASE), EventKind.IDLE_TIMEOUT),
    (re.compile(r"administrator (?:reset|reboot|shutdown)", re.IGNORECASE), EventKind.ADMINISTRATOR_CLEARED),
    (re.compile(r"port preempted|simultaneous login", re.IGNORECASE), EventKind.LOGINS_EXCEEDED),
)


class Ikev1Reader:
    """Reads the IKEv1 entries of one text, ``source``; also bare text, and every syslog that the catalogue lists."""

    def __init__(self, source: str) -> None:
        self.source = source
        self.quiet = False  # remarks from which nothing follows are no events

    def read(self, entry: Entry) -> Sequence[Event] | None:
        """The events of this entry; None when its message is not understood."""
        text = entry.text
        said = self._packet(entry) if text.startswith("IKE_DECODE") else lookup(text) or self._uncommon(entry)
        if said is None:
            return None
        if said.silent and self.quiet and not entry.body:
            return ()
        message, fields = said.message, said.fields
        event = self._event(entry, message, fields)
        if entry.body or fields.get("what") == "proxies":
            return self._with_body(entry, event)
        return _with_reason(event) if message.kind in _WITH_A_REASON else (event,)

    def _event(self, entry: Entry, message: Message, fields: dict[str, str]) -> Event:
        username, peer = entry.username, entry.peer or fields.get("peer")
        if username == peer:  # a LAN-to-LAN tunnel prints its address there
            username = None
        return Event(
            kind=message.kind,
            origin=Evidence(self.source, entry.number, entry.line),
            at=entry.at,
            ike_version=message.ike_version,
            peer=peer,
            tunnel_group=entry.tunnel_group,
            username=username or fields.get("username"),
            message=message.id,
            trust=message.trust,
            fields=fields,
        )

    def _packet(self, entry: Entry) -> Understood | None:
        plain = _PLAIN_PACKET.match(entry.text)
        if plain is not None:
            direction, message_id, listed, length = plain.groups()
            fields = {
                "direction": _DIRECTIONS[direction],
                "message_id": f"0x{message_id.zfill(8)}",
                "payloads": _payloads(listed),
                "length": length,
            }
            return Understood(_PACKET_MESSAGE, fields)
        found = _PACKET.match(entry.text)
        if found is None and entry.body:
            found = _PACKET.match(" ".join([entry.text, *(text.strip() for _, text in entry.body)]))
        if found is None:
            return None
        rest = found["rest"]
        if entry.body and "total length" not in rest:
            rest = " ".join([rest, *(text.strip() for _, text in entry.body)])
            entry.body = ()
        length = _LENGTH.search(rest)
        fields = {
            "direction": found["direction"].lower(),
            "message_id": number(found["id"]),
            "payloads": _payloads(rest.partition("total length")[0]),
        }
        return Understood(_PACKET_MESSAGE, {**fields, "length": length[1]} if length else fields)

    def _uncommon(self, entry: Entry) -> Understood | None:
        """A history, a message that goes on in the next lines, or one known only by its syslog id."""
        history = fsm_error([entry.text, *(text for _, text in entry.body)])
        if history is not None:
            entry.body = ()
            return Understood(_HISTORY_MESSAGE, history)
        joined_by_blank = joined = entry.text
        for count, (_, text) in enumerate(entry.body[:_MOST_LINES_JOINED], start=1):
            joined_by_blank, joined = f"{joined_by_blank} {text.strip()}", joined + text
            said = lookup(joined_by_blank) or lookup(joined)
            if said is not None:
                entry.text, entry.body = joined_by_blank, entry.body[count:]
                return said
        return by_syslog_id(entry.syslog_id) if entry.syslog_id else None

    def _with_body(self, entry: Entry, event: Event) -> Sequence[Event]:
        if event.fields.get("what") == "proxies":
            return [event, *self._proxies(entry, event)]
        body = entry.body
        if event.kind == EventKind.ID_RECEIVED and not event.fields.get("value"):
            value, lines = _identity_below([text for _, text in body])
            event = self._event(entry, _BY_KIND[EventKind.ID_RECEIVED], {**event.fields, "value": value})
            body = body[lines:]
        entry.strange = [line for line, text in body if not _DUMP.match(text)]
        return _with_reason(event)

    def _proxies(self, entry: Entry, event: Event) -> Sequence[Event]:
        """`Transmitting Proxy Id:` and its lines, one a side."""
        sent = []
        for line, text in ((entry.number, entry.text), *entry.body):
            found = _proxies_in(text)
            if not found and line != entry.number and not _DUMP.match(text):
                entry.strange = (*entry.strange, line)
            for fields in found:
                origin = Evidence(self.source, line, entry.line if line == entry.number else text)
                sent.append(Event(
                    kind=EventKind.PROXY_SENT, origin=origin, at=event.at, ike_version=1, peer=event.peer,
                    tunnel_group=event.tunnel_group, username=event.username, message=event.message, trust=event.trust,
                    fields=fields,
                ))  # fmt: skip
        return sent


_DIRECTIONS = {"SENDING": "sending", "RECEIVED": "received", "RESENDING": "resending"}
_PACKET_MESSAGE = Message("713236", "recorded", EventKind.PACKET, {}, "IKE_DECODE", "")
_HISTORY_MESSAGE = Message("715065", "recorded", EventKind.FSM_ERROR, {}, "IKE", "")
_BY_KIND = {message.kind: message for message in catalogue() if message.kind == EventKind.ID_RECEIVED}


@lru_cache(maxsize=2048)
def _proxies_in(text: str) -> Sequence[dict[str, str]]:
    """The fields of each proxy identity in a line that lists those that we send."""
    proxies = []
    for found in _PROXY_SENT.finditer(text):
        first, last = found["first"], found["last"]
        proxies.append({
            "side": found["side"].lower(),
            "network": f"{first}-{last}" if last else network(first, found["mask"]),
            "protocol": found["protocol"],
            "port": found["port"],
        })  # fmt: skip
    return proxies


@lru_cache(maxsize=2048)
def _payloads(listed: str) -> str:
    """`SA KE NONCE` of `HDR + SA (1) + KE (4) + NONCE (10) + NONE (0)`."""
    names = [name.strip().replace(" ", "-") for name in _PAYLOAD.findall(listed)]
    return " ".join(name for name in names if name not in ("NONE", "HDR"))


def _identity_below(lines: Sequence[str]) -> tuple[str, int]:
    """The identity that follows its announcement, as text or as a dump of its bytes, and how many lines it takes."""
    dumped = list(takewhile(bool, map(_DUMPED.match, lines)))
    if dumped:
        digits = "".join(line["bytes"].replace(" ", "") for line in dumped if line)
        return bytes.fromhex(digits[: len(digits) // 2 * 2]).decode("ascii", "replace").rstrip("\0"), len(dumped)
    return (lines[0].strip(), 1) if _ONE_VALUE.match(lines[0]) else ("", 0)


def _with_reason(event: Event) -> Sequence[Event]:
    """A teardown whose reason is an event of its own kind, as both."""
    if event.kind not in _WITH_A_REASON:
        return (event,)
    reason = event.fields.get("reason", "")
    kinds = (kind for pattern, kind in _REASONS if pattern.search(reason))
    return (event, *(_as_kind(event, kind) for kind in kinds))


def _as_kind(event: Event, kind: EventKind) -> Event:
    fields = {name: getattr(event, name) for name in Event.__struct_fields__ if name != "kind"}
    return Event(kind=kind, **fields)
