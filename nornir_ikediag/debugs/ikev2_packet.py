"""The dump of one IKEv2 packet in a debug: header, payloads, proposals, traffic selectors, notifies.

Theory: `Tx`, `Rx`, `Sending Packet` or `Received Packet` begin a dump and name both ends; the header gives SPIs,
exchange, flags and message id; a line per payload follows with its insides and octets. IKE_AUTH and later exchanges are
encrypted: their payloads stand in a dump of their own, without addresses, after `Building packet for encryption;
contents are:` or `Decrypted packet:`. A dump is over when a line comes that belongs to no dump, and becomes events only
then.
"""

import re
from collections.abc import Callable
from functools import lru_cache
from typing import Literal

from nornir_ikediag.debugs.ikev2_proposals import attributes
from nornir_ikediag.debugs.ikev2_selectors import networks, ports
from nornir_ikediag.model.evidence import Evidence

_BEGIN = re.compile(
    r"(?P<which>Tx|Rx) \[L (?P<local>\S+?):(?P<local_port>\d+)/R (?P<peer>\S+?):(?P<peer_port>\d+)/[^\]]*\]"
    r"(?: m_id: (?P<message_id>\S+))?"
)
_BEGIN_LATER = re.compile(
    r"(?P<which>Sending|Received|Receiving) Packet \[(?:To|From) (?P<peer>\S+?):(?P<peer_port>\d+)/"
    r"(?:From|To) (?P<local>\S+?):(?P<local_port>\d+)/[^\]]*\]"
)
_CONTENTS = re.compile(r"(?:Building packet for encryption|(?:REAL )?Decrypted packet)\b", re.IGNORECASE)
_SPIS = re.compile(
    r"(?:HDR\[i:|IKEV2 HDR ispi: |Initiator SPI ?: ?)(?P<spi_i>[0-9A-Fa-f]+)"
    r" - (?:r: ?|rspi: ?|Responder SPI ?: ?)(?P<spi_r>[0-9A-Fa-f]+)\]?(?: Message id: (?P<message_id>\w+))?"
)
_EXCHANGE = re.compile(r"IKEv2 (?P<exchange>\w+) Exchange (?P<flag>REQUEST|RESPONSE)")
_HEADER = re.compile(
    r"(?=.*(?:Exchange type: |Message id: |version: \d))"
    r"(?:.*?Exchange type: (?P<exchange>\w+),? flags: (?P<flags>[A-Z][A-Z -]*[A-Z]))?"
    r"(?:.*?Message id: (?P<message_id>\w+))?(?:.*?length: (?P<length>\d+))?"
)
_PAYLOAD = re.compile(r"(?P<name>[A-Z][A-Za-z]{0,6}|NOTIFY\([\w -]+\)?)\s+Next payload: ")
_PAYLOAD_NAME = re.compile(
    r"(?P<name>SA|KE|N|VID|IDi|IDr|AUTH|CERT|CERTREQ|TSi|TSr|CFG|DELETE|D|EAP|ENCR|SK|SKF|NOTIFY\([\w -]+\)?)\s*$"
)
_PROPOSAL = re.compile(r"Proposal: (?P<number>\d+), Protocol id: (?P<protocol>\w+)")
_TRANSFORM = re.compile(r"type: (?P<type>\d+), reserved: \w+, id:\s*(?P<id>[^\n]*)")
_KEY_LENGTH = re.compile(r"(?:.*\b)?key[- ]?len(?:gth)?\b\D{0,12}(?P<bits>\d+)", re.IGNORECASE)
_SELECTOR = re.compile(r"TS type: \S+, proto id: (?P<protocol>\d+)")
_PORTS = re.compile(r"start port: (?P<first>\d+), end port: (?P<last>\d+)")
_ADDRESSES = re.compile(r"start addr: (?P<first>\S+), end addr: (?P<last>[0-9A-Fa-f.:]+)")
_NOTIFY_BODY = re.compile(r"Security protocol id: (?P<protocol>[^,]+), spi size: \d+, type: (?P<name>\w+)")
_OCTETS = re.compile(r"(?:[0-9A-Fa-f]{2}\s+)*[0-9A-Fa-f]{2}(?:\s|$)")
_ONLY_OCTETS = re.compile(r"\s*[0-9A-Fa-f]{2}(?: [0-9A-Fa-f]{2})*\s*$")
_INSIDES = re.compile(
    r"(?:last (?:proposal|transform|attribute)|Next payload|Payload contents|DH group: |Id type: |ID type|Auth method|"
    r"Num(?:ber)? of TSs|Cert encoding|Cert(?:ificate)? |(?:cfg |config-)type|attrib type|Encrypted data|Data:|Data \(|"
    r"SPI: |spi: |Security protocol id|num(?:ber)? of SPIs?|reserved|Vendor|"
    r"EAP |Code: |encrypted|Key |Delete with reason|"
    r"Initiator SPI|Responder SPI|Version|Flags|length: |NONE|HDR\[|IKEV2 HDR|ENCR|\*+|-+\s*$|"
    r"(?:Auth|CertReq|EAP) data: |Type: |<[?/]?[A-Za-z][\w-]*[ >])",  # the last: what AnyConnect says in EAP
    re.IGNORECASE,
)
_TYPES = {"1": "encryption", "2": "prf", "3": "integrity", "4": "dh_group", "5": "esn"}
_MOST_PARTS = 4_000  # more is no packet

Direction = Literal["sending", "received"]


class Packet:
    """One dump. ``fields`` are those of the PACKET event; ``proposals``, ``selectors`` and ``notifies`` each keep the
    line they were read from. ``has_header`` False: contents only, of the packet before or after it."""

    def __init__(self, origin: Evidence, number: str | None, direction: Direction, *, has_header: bool) -> None:
        self.origin = origin
        self.number = number
        self.direction: Direction = direction
        self.has_header = has_header
        self.fields: dict[str, str] = {}
        self.payloads: list[str] = []
        self.proposals: list[tuple[Evidence, dict[str, str]]] = []
        self.selectors: list[tuple[Evidence, dict[str, str]]] = []
        self.notifies: list[Evidence] = []
        self._transforms: list[tuple[str, str]] = []
        self._selector: dict[str, str] = {}

    def take_by_first_word(self, origin: Evidence, text: str) -> bool:
        """As :meth:`take`, for a line that says by its first word what it is, and that it begins no other dump."""
        likely = _BY_FIRST_WORD.get(text.partition(" ")[0].partition(":")[0])
        return likely is not None and likely(self, origin, text)

    def take(self, origin: Evidence, text: str) -> bool:
        """Whether this line belongs to the dump; if so, what it says is kept."""
        if not _may_be_inside(text):
            return False
        if len(self.payloads) + len(self.proposals) + len(self._transforms) > _MOST_PARTS:
            return False
        return any(rule(self, origin, text) for rule in _RULES)

    def close(self) -> None:
        """Finish what the last lines began."""
        self._finish_proposal()

    def _header(self, origin: Evidence, text: str) -> bool:
        found = _header_fields(text)
        self.fields.update(found or {})
        return found is not None

    def _payload(self, origin: Evidence, text: str) -> bool:
        found = _PAYLOAD.match(text) or _PAYLOAD_NAME.match(text)
        if found is None:
            return False
        self._finish_proposal()
        self.payloads.append(found["name"])
        if found["name"].startswith("NOTIFY("):
            self.notifies.append(origin)
        return True

    def _proposal(self, origin: Evidence, text: str) -> bool:
        found = _PROPOSAL.match(text)
        if found is None:
            return False
        self._finish_proposal()
        self.proposals.append((origin, found.groupdict()))
        return True

    def _transform(self, origin: Evidence, text: str) -> bool:
        found = _TRANSFORM.match(text)
        if found is not None:
            self._transforms.append((_TYPES.get(found["type"], "unknown"), found["id"].strip()))
            return True
        bits = _KEY_LENGTH.match(text) if self._transforms else None
        if bits is not None and self._transforms[-1][0] == "encryption":
            self._transforms[-1] = ("encryption", f"{self._transforms[-1][1]}-{bits['bits']}")
        return bits is not None

    def _traffic_selector(self, origin: Evidence, text: str) -> bool:
        found = _SELECTOR.match(text) or _PORTS.match(text)
        if found is not None and "protocol" in found.groupdict():
            self._selector = {"protocol": found["protocol"]}
            return True
        if found is not None:
            self._selector["port"] = ports(found["first"], found["last"])
            return True
        found = _ADDRESSES.match(text)
        if found is None:
            return False
        payload = next((name for name in reversed(self.payloads) if name in ("TSi", "TSr")), "")
        network = networks(found["first"], found["last"])
        self.selectors.append((origin, {"payload": payload, "network": network, **self._selector}))
        return True

    def _notify(self, origin: Evidence, text: str) -> bool:
        found = _NOTIFY_BODY.match(text)
        if found is None:
            return False
        if self.payloads and self.payloads[-1].startswith("NOTIFY(") and not found["name"].isdigit():
            self.payloads[-1] = f"NOTIFY({found['name']})"
        return True

    def _insides(self, origin: Evidence, text: str) -> bool:
        return _OCTETS.match(text) is not None or _INSIDES.match(text) is not None

    def _finish_proposal(self) -> None:
        if not self._transforms or not self.proposals:
            return
        origin, fields = self.proposals[-1]
        words = " ".join(value for kind, value in self._transforms if value and kind not in ("esn", "unknown"))
        values: dict[str, list[str]] = {}
        for kind, value in self._transforms:
            if value and kind not in ("esn", "unknown"):
                values.setdefault(kind, []).append(value)
        groups = attributes(" ".join(values.pop("dh_group", [])), "IKE").get("dh_group")
        joined = {kind: " ".join(dict.fromkeys(each)) for kind, each in values.items()}
        self.proposals[-1] = (
            origin,
            {**fields, **joined, **({"dh_group": groups} if groups else {}), "proposal": words},
        )
        self._transforms = []


_RULES: tuple[Callable[[Packet, Evidence, str], bool], ...] = (
    Packet._transform,
    Packet._payload,
    Packet._proposal,
    Packet._traffic_selector,
    Packet._notify,
    Packet._header,
    Packet._insides,
)
_OF_RULES = (
    _TRANSFORM, _KEY_LENGTH, _PAYLOAD, _PAYLOAD_NAME, _PROPOSAL, _SELECTOR, _PORTS, _ADDRESSES, _NOTIFY_BODY, _SPIS,
    _EXCHANGE, _HEADER, _OCTETS, _INSIDES,
)  # fmt: skip


@lru_cache(maxsize=4096)
def _header_fields(text: str) -> dict[str, str] | None:
    found = _SPIS.match(text) or _EXCHANGE.match(text) or _HEADER.match(text)
    return {name: value for name, value in found.groupdict().items() if value} if found else None


@lru_cache(maxsize=4096)
def _may_be_inside(text: str) -> bool:
    """Whether any rule may take this line. The remarks between the dumps are always the same."""
    return any(pattern.match(text) for pattern in _OF_RULES)


# Most lines of a dump say by their first word what they are.
_BY_FIRST_WORD: dict[str, Callable[[Packet, Evidence, str], bool]] = {
    "type": Packet._transform,
    "last": Packet._insides,
    "Proposal": Packet._proposal,
    "TS": Packet._traffic_selector,
    "start": Packet._traffic_selector,
    "Security": Packet._notify,
    "Next": Packet._header,
    "Exchange": Packet._header,
    "Message": Packet._header,
    "Initiator": Packet._header,
    "HDR[i": Packet._header,
    "IKEV2": Packet._header,
    **dict.fromkeys(("SA", "KE", "N", "VID", "IDi", "IDr", "AUTH", "TSi", "TSr", "ENCR"), Packet._payload),
}


def is_octets(text: str) -> bool:
    """Whether a line is octets and nothing else: most lines of a dump, and none that says anything."""
    return _ONLY_OCTETS.match(text) is not None


def opens(text: str) -> bool:
    """Whether a dump begins with this line."""
    return any(pattern.match(text) for pattern in (_BEGIN, _BEGIN_LATER, _CONTENTS))


def begin(origin: Evidence, number: str | None, text: str) -> Packet:
    """The dump that this line, which :func:`opens` one, begins."""
    found = _BEGIN.match(text) or _BEGIN_LATER.match(text)
    if found is None:
        sending = text.lower().startswith("building")
        return Packet(origin, number, "sending" if sending else "received", has_header=False)
    direction: Direction = "sending" if found["which"] in ("Tx", "Sending") else "received"
    packet = Packet(origin, number, direction, has_header=True)
    packet.fields = {name: value for name, value in found.groupdict().items() if value and name != "which"}
    return packet


def payload_after(text: str) -> int:
    """Where a payload's line begins that is glued to other words: `Parse Notify Payload: X NOTIFY(X)  Next payload: …`;
    0 where there is none."""
    if "Next payload" not in text:
        return 0
    found = _PAYLOAD.search(text)
    return found.start() if found is not None and text[found.start() - 1 : found.start()].isspace() else 0
