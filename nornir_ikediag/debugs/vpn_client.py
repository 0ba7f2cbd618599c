"""Records of the Cisco VPN Client (Windows) log to events, seen from the client: its peer is the firewall.

Theory: a record is one header (number, time, severity, `IKE/0x6300003B`) and its message on the lines below, a decode
of a packet on many. `NAV Trace->SA|TM|QM` are the steps of the client's own state machine. The client is another device
than the one whose debugs are read beside it: every event bears a ``message`` that begins with ``client-``.
"""

import re
from collections.abc import Sequence
from typing import NamedTuple

from nornir_ikediag.debugs.entry import Entry
from nornir_ikediag.model.event import Event, EventKind
from nornir_ikediag.model.evidence import Evidence

PREFIX = "client-"

_TRACE = re.compile(
    r"NAV Trace ?-> ?(?P<machine>\w+): ?"
    r"(?:I_Cookie=(?P<cookie_i>\w+) R_Cookie=(?P<cookie_r>\w+)|MsgID=(?P<message_id>\w+))"
    r"\s+CurState: (?P<state>\S+)\s+Event: (?P<event>\S+)"
)
_PACKET = re.compile(
    r"(?P<which>SENDING >>>|RECEIVING <<<) ISAKMP OAK (?P<exchange>\w+) (?P<encrypted>\*?)\((?P<payloads>.*)\) "
    r"(?:to|from) (?P<peer>\S+)"
)
_EXCHANGES = {
    "AG": "aggressive-mode", "MM": "main-mode", "QM": "quick-mode", "TRANS": "transaction", "INFO": "informational",
}  # fmt: skip
_DECODED = re.compile(
    r"\s*(Initiator Cookie|Responder Cookie|Exchange Type|MessageID\(Hex\)|Length|XAUTH Status): ?(\S.*)"
)
_NOTIFY = re.compile(r"NOTIFY: ?(?:STATUS_)?(\w+)")
_ENDED = re.compile(r"reason = \"?(?:DEL_REASON_)?(\w+)|because of \"?(?:DEL_REASON_)?(\w+)", re.IGNORECASE)


class Row(NamedTuple):
    """A message by its words; the groups of the pattern are fields of the event."""

    id: str
    kind: EventKind
    trust: str
    pattern: re.Pattern[str]
    fields: dict[str, str]


class _Found(NamedTuple):
    kind: EventKind
    id: str
    trust: str
    fields: dict[str, str]


def _row(id_: str, kind: EventKind, trust: str, *patterns: str, **fields: str) -> Row:
    return Row(id_, kind, trust, re.compile("".join(patterns), re.IGNORECASE), fields)


ROWS: tuple[Row, ...] = (
    _row(
        "connecting", EventKind.INITIATOR_STARTS, "recorded",
        r"Attempting to establish a connection with (?P<peer>[\w.:-]*\w)", phase="1",
    ),
    _row(
        "address", EventKind.ADDRESS_ASSIGNED, "recorded",
        r"MODE_CFG_REPLY: Attribute = INTERNAL_IPV4_ADDRESS:? ?, value = (?P<address>\S+)",
    ),
    _row(
        "nat-t", EventKind.NAT_FLOAT, "recorded",
        r"MODE_CFG_REPLY: Attribute = Received and using NAT-T port number ?, value = 0x0*1194\b",
    ),
    _row(
        "nat-verdict", EventKind.NAT_VERDICT, "supposed",
        r"Automatic NAT Detection Status:.*?This end (?P<local_words>IS(?: NOT)?) behind",
    ),
    _row(
        "driver-asks", EventKind.KEY_ACQUIRE, "recorded",
        r"Received a key request from Driver: Local IP = (?P<local_proxy>[^\s,]+), GW IP = (?P<peer>[^\s,]+), ",
        r"Remote IP = (?P<remote_proxy>[^\s,]+)",
    ),
    _row(
        "lifetime", EventKind.LIFETIME_CHANGED, "recorded",
        r"RESPONDER-LIFETIME notify has value of (?P<after>\d+) (?P<unit>\w+)", phase="2",
    ),
    _row("phase-1-up", EventKind.PHASE1_COMPLETED, "supposed", r"Established Phase 1 SA"),
    _row(
        "sa-loaded", EventKind.CHILD_ESTABLISHED, "supposed", r"Loading IPsec SA \(MsgID=(?P<message_id>\w+) ",
        r"OUTBOUND SPI = (?P<spi_out>\w+) INBOUND SPI = (?P<spi_in>\w+)\)",
    ),
    _row(
        "wrong-group-password", EventKind.AUTH_FAILED, "supposed",
        r"Hash verification failed|.*may be configured with invalid group password|Failed to authenticate peer",
        reason="the group password differs",
    ),
    _row(
        "user-rejected", EventKind.XAUTH_REJECTED, "supposed",
        r"User authentication failed|XAuth (?:authentication )?failed", reason="the user's credentials were rejected",
    ),
    _row(
        "peer-silent", EventKind.RETRIES_EXHAUSTED, "supposed",
        r".*(?:PEER_NOT_RESPONDING|peer is (?:not|no longer) responding)",
    ),
    _row("not-established", EventKind.NEGOTIATION_ABORTED, "supposed", r"Unable to establish Phase [12] SA"),
    _row("ending", EventKind.IKE_TERMINATING, "supposed", r"(?:Marking IKE SA for deletion|D\w+ing IKE SA)"),
    _row("dpd", EventKind.DPD, "recorded", r"(?:Starting DPD timer|(?:Sending|Received) DPD)"),
)  # fmt: skip


class ClientReader:
    """Reads the client's records of one text, ``source``. Never raises."""

    def __init__(self, source: str = "") -> None:
        self.source = source
        self._peer: str | None = None

    def read(self, entry: Entry) -> Sequence[Event] | None:
        """The events of one record. Its words are the client's own, so that a record with a header is never unread."""
        lines = entry.body or [(entry.number, entry.text)]
        number, text = next(((number, line.strip()) for number, line in lines if line.strip()), lines[0])
        origin = Evidence(self.source, number, text if number != entry.number else entry.line)
        found = self._traced(text) or self._packet(text) or self._decoded(lines) or self._said(text)
        return [self._event(entry, origin, one) for one in found]

    def _event(self, entry: Entry, origin: Evidence, found: _Found) -> Event:
        fields = dict(found.fields)
        self._peer = fields.pop("peer", None) or self._peer
        if entry.syslog_id:
            fields["client_sequence"] = entry.syslog_id
        for name in ("message_id", "spi_in", "spi_out"):
            if name in fields:
                fields[name] = _hexadecimal(fields[name])
        return Event(
            kind=found.kind, origin=origin, at=entry.at, ike_version=1, peer=self._peer,
            exchange=fields.get("message_id"), message=PREFIX + found.id, trust=found.trust, fields=fields,
        )  # fmt: skip

    def _traced(self, text: str) -> list[_Found]:
        found = _TRACE.match(text)
        if found is None:
            return []
        fields = {name: value for name, value in found.groupdict().items() if value}
        return [_Found(EventKind.STATE, "nav-trace", "recorded", {**fields, "role": "initiator"}), *_results(fields)]

    def _packet(self, text: str) -> list[_Found]:
        found = _PACKET.match(text)
        if found is None:
            return []
        sending = found["which"].startswith("SENDING")
        again = "retransmission" in found["payloads"].lower()
        direction = ("resending" if again else "sending") if sending else "received"
        payloads = " ".join(part.strip() for part in found["payloads"].split(",") if part.strip())
        fields = {
            "direction": direction, "exchange": _EXCHANGES.get(found["exchange"], found["exchange"].lower()),
            "payloads": payloads, "peer": found["peer"], "encrypted": "yes" if found["encrypted"] else "no",
        }  # fmt: skip
        kind = EventKind.NOTIFY_SENT if sending else EventKind.NOTIFY_RECEIVED
        notifies: list[_Found] = [
            _Found(kind, "notify", "recorded", {"name": name.upper()}) for name in _NOTIFY.findall(found["payloads"])
        ]
        return [_Found(EventKind.PACKET, "packet", "recorded", fields), *notifies]

    def _decoded(self, lines: Sequence[tuple[int, str]]) -> list[_Found]:
        if not any(line.strip() == "ISAKMP Header" for _, line in lines[:2]):
            return []
        words: dict[str, str] = {}
        for _, line in lines:
            found = _DECODED.match(line)
            if found is not None:
                words.setdefault(found[1], found[2].strip())
        fields = {
            "cookie_i": words.get("Initiator Cookie", ""), "cookie_r": words.get("Responder Cookie", ""),
            "exchange": words.get("Exchange Type", ""), "message_id": words.get("MessageID(Hex)", "0"),
            "length": words.get("Length", ""),
        }  # fmt: skip
        events: list[_Found] = [_Found(EventKind.NOTED, "decode", "recorded", fields)]
        status = words.get("XAUTH Status", "").lower()
        if status.startswith("pass"):
            events.append(_Found(EventKind.USER_AUTHENTICATED, "xauth-status", "recorded", {}))
        elif status:
            events.append(
                _Found(EventKind.XAUTH_REJECTED, "xauth-status", "supposed", {"reason": f"XAUTH status {status}"})
            )
        return events

    def _said(self, text: str) -> list[_Found]:
        for row in ROWS:
            found = row.pattern.match(text)
            if found is None:
                continue
            fields = {**row.fields, **{name: value for name, value in found.groupdict().items() if value}}
            if "local_words" in fields:
                fields["local"] = "no" if "NOT" in fields.pop("local_words").upper() else "yes"
            ended = _ENDED.search(text)
            if ended is not None:
                fields.setdefault("reason", ended[1] or ended[2])
            return [_Found(row.kind, row.id, row.trust, fields)]
        return [_Found(EventKind.NOTED, "noted", "recorded", {})]


def _results(fields: dict[str, str]) -> list[_Found]:
    """Steps of the state machine that are results."""
    kind = _RESULTS.get(fields["event"])
    return [] if kind is None else [_Found(kind, "nav-result", "supposed", {"reason": fields["event"]})]


_RESULTS = {"EV_XAUTH_DONE_FAIL": EventKind.XAUTH_REJECTED, "EV_AUTH_FAILED": EventKind.AUTH_FAILED}


def _hexadecimal(text: str) -> str:
    try:
        return f"0x{int(text, 16):08x}"
    except ValueError:
        return text
