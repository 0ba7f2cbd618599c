"""What a line in the dump of an IKEv2 packet says: a payload, a transform, a traffic selector, or nothing that is kept.

Theory: that depends on the line's text alone, and on whether transforms stand before it (a key length belongs to one).
The same lines come with every packet: what one does to it (:mod:`.ikev2_packet`) is a function, and can be kept.
"""

import re
from collections.abc import Callable

from nornir_ikediag.debugs.ikev2_packet import Direction, Packet
from nornir_ikediag.debugs.ikev2_selectors import networks, ports
from nornir_ikediag.debugs.ikev2_syslog import bare
from nornir_ikediag.debugs.ikev2_told import with_ids
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
_IN_HEADER = re.compile(r"Exchange type: |Message id: |version: \d")
_HEADER = re.compile(
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
_ONLY_OCTETS = re.compile(r"\s*+[0-9A-Fa-f]{2}(?: [0-9A-Fa-f]{2})*\s*$")
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

Part = Callable[[Packet, Evidence], None]
Begin = Callable[[Evidence, str | None], Packet]


def beginning(text: str) -> Begin | None:
    """The dump that begins with this line, given the line as evidence and the number of the negotiation; None where
    none does."""
    found = _BEGIN.match(text) or _BEGIN_LATER.match(text)
    if found is None:
        return _beginning_of_contents(text)
    fields = with_ids(found.groupdict())
    direction: Direction = "sending" if fields.pop("which") in ("Tx", "Sending") else "received"
    peer, local = bare(fields.pop("peer")), bare(fields.pop("local"))
    return lambda origin, number: Packet(origin, number, direction, fields, peer=peer, local=local)


def _beginning_of_contents(text: str) -> Begin | None:
    if _CONTENTS.match(text) is None:
        return None
    direction: Direction = "sending" if text.lower().startswith("building") else "received"
    return lambda origin, number: Packet(origin, number, direction)


def _begins(text: str) -> bool:
    return bool(_BEGIN.match(text) or _BEGIN_LATER.match(text) or _CONTENTS.match(text))


def payload_after(text: str) -> int:
    """Where a payload's line begins that is glued to other words: `Parse Notify Payload: X NOTIFY(X)  Next payload: …`;
    0 where there is none."""
    if "Next payload" not in text:
        return 0
    found = _PAYLOAD.search(text)
    return found.start() if found is not None and text[found.start() - 1 : found.start()].isspace() else 0


def is_octets(text: str) -> bool:
    """Whether a line is octets and nothing else: most lines of a dump, and none that says anything."""
    return _ONLY_OCTETS.match(text) is not None


def part(text: str) -> Part | None:
    """What the line does to a dump that goes on; None where it belongs to none."""
    likely = _by_first_word(text)
    if likely is not None or _begins(text):
        return likely
    return next(filter(None, (rule(text) for rule in _RULES)), None)


def part_behind_transform(text: str) -> Part | None:
    """As :func:`part`, where transforms of the same proposal stand before it."""
    return _by_first_word(text) or _key_length(text) or part(text)


def _by_first_word(text: str) -> Part | None:
    """Most lines of a dump say by their first word what they are."""
    rule = _BY_FIRST_WORD.get(text.partition(" ")[0].partition(":")[0])
    return rule(text) if rule is not None else None


def _transform(text: str) -> Part | None:
    found = _TRANSFORM.match(text)
    if found is None:
        return None
    kind, value = _TYPES.get(found["type"], "unknown"), found["id"].strip()
    return lambda packet, _: packet.add_transform(kind, value)


def _key_length(text: str) -> Part | None:
    found = _KEY_LENGTH.match(text)
    if found is None:
        return None
    bits = found["bits"]
    return lambda packet, _: packet.add_key_length(bits)


def _payload(text: str) -> Part | None:
    found = _PAYLOAD.match(text) or _PAYLOAD_NAME.match(text)
    if found is None:
        return None
    name = found["name"]
    return lambda packet, origin: packet.add_payload(origin, name)


def _proposal(text: str) -> Part | None:
    found = _PROPOSAL.match(text)
    if found is None:
        return None
    fields = found.groupdict()
    return lambda packet, origin: packet.add_proposal(origin, fields)


def _traffic_selector(text: str) -> Part | None:
    if (found := _SELECTOR.match(text)) is not None:
        protocol = {"protocol": found["protocol"]}
        return lambda packet, _: packet.begin_selector(protocol)
    if (found := _PORTS.match(text)) is not None:
        port = {"port": ports(found["first"], found["last"])}
        return lambda packet, _: packet.selector.update(port)
    if (found := _ADDRESSES.match(text)) is not None:
        network = networks(found["first"], found["last"])
        return lambda packet, origin: packet.add_selector(origin, network)
    return None


def _notify(text: str) -> Part | None:
    found = _NOTIFY_BODY.match(text)
    if found is None:
        return None
    name = found["name"]
    return _nothing if name.isdigit() else lambda packet, _: packet.name_notify(name)


def _header(text: str) -> Part | None:
    found = _SPIS.match(text) or _EXCHANGE.match(text) or (_HEADER.match(text) if _IN_HEADER.search(text) else None)
    if found is None:
        return None
    fields = with_ids(found.groupdict())
    return lambda packet, _: packet.fields.update(fields)


def _insides(text: str) -> Part | None:
    return _nothing if _OCTETS.match(text) or _INSIDES.match(text) else None


def _nothing(packet: Packet, origin: Evidence) -> None:
    """The line belongs to the dump, and says nothing that is kept."""


_RULES = (_transform, _payload, _proposal, _traffic_selector, _notify, _header, _insides)
_BY_FIRST_WORD: dict[str, Callable[[str], Part | None]] = {
    "type": _transform,
    "last": _insides,
    "Proposal": _proposal,
    "TS": _traffic_selector,
    "start": _traffic_selector,
    "Security": _notify,
    **dict.fromkeys(("Next", "Exchange", "Message", "Initiator", "HDR[i", "IKEV2"), _header),
    **dict.fromkeys(("SA", "KE", "N", "VID", "IDi", "IDr", "AUTH", "TSi", "TSr", "ENCR"), _payload),
}
