"""Captured words to the form that events carry: ids and SPIs as ``0x%08x``, networks as prefixes, notifies by their RFC
word, yes and no."""

import ipaddress
import re
from collections.abc import Callable
from functools import lru_cache

from nornir_ikediag.model.event import EventKind

# RFC 2408 section 3.14.1, RFC 2407 section 4.6.3, RFC 3706
NOTIFIES = {
    1: "INVALID_PAYLOAD_TYPE", 2: "DOI_NOT_SUPPORTED", 3: "SITUATION_NOT_SUPPORTED", 4: "INVALID_COOKIE",
    5: "INVALID_MAJOR_VERSION", 6: "INVALID_MINOR_VERSION", 7: "INVALID_EXCHANGE_TYPE", 8: "INVALID_FLAGS",
    9: "INVALID_MESSAGE_ID", 10: "INVALID_PROTOCOL_ID", 11: "INVALID_SPI", 12: "INVALID_TRANSFORM_ID",
    13: "ATTRIBUTES_NOT_SUPPORTED", 14: "NO_PROPOSAL_CHOSEN", 15: "BAD_PROPOSAL_SYNTAX", 16: "PAYLOAD_MALFORMED",
    17: "INVALID_KEY_INFORMATION", 18: "INVALID_ID_INFORMATION", 19: "INVALID_CERT_ENCODING", 20: "INVALID_CERTIFICATE",
    21: "CERT_TYPE_UNSUPPORTED", 22: "INVALID_CERT_AUTHORITY", 23: "INVALID_HASH_INFORMATION",
    24: "AUTHENTICATION_FAILED", 25: "INVALID_SIGNATURE", 26: "ADDRESS_NOTIFICATION", 27: "NOTIFY_SA_LIFETIME",
    28: "CERTIFICATE_UNAVAILABLE", 29: "UNSUPPORTED_EXCHANGE_TYPE", 30: "UNEQUAL_PAYLOAD_LENGTHS", 16384: "CONNECTED",
    24576: "RESPONDER_LIFETIME", 24577: "REPLAY_STATUS", 24578: "INITIAL_CONTACT", 36136: "R_U_THERE",
    36137: "R_U_THERE_ACK",
}  # fmt: skip
# The device shortens some of them, and spells them with blanks: `Invalid ID info (18)`.
_SHORT = {"INVALID_HASH_INFO": 23, "INVALID_HASH": 23, "INVALID_ID_INFO": 18, "INVALID_ID": 18, "INVALID_KEY_INFO": 17}
_NUMBERS = frozenset({"spi", "spi_in", "spi_out", "message_id"})
_PADDING = " \t.,;!'\""
_LENGTH_ALONE = re.compile(r"[\s,-]*len(?:gth)?[ :=]*\d+", re.IGNORECASE)
_DURATION = re.compile(r"(?:(\d+)d\s*)?(\d+)h:(\d+)m:(\d+)s")


def refined(kind: EventKind, fixed: dict[str, str], found: re.Match[str]) -> dict[str, str]:
    """The fields in the form that events carry: those of every such message, and those that this one captured."""
    fields = fixed.copy()
    for name, value in zip(found.re.groupindex, found.groups(), strict=True):  # all groups have names
        if value is not None:
            word = value.strip(_PADDING)
            fields[name] = number(word) if name in _NUMBERS else word
    if "role" in fields:
        fields["role"] = fields["role"].lower()
    if "duration" in fields:
        fields["duration_seconds"] = _seconds(fields["duration"])
    form = _FORMS.get(kind)
    return fields if form is None else form(fields)


def number(text: str) -> str:
    """A message id or SPI, padded or not, as ``0x%08x``; text that is none stays as it is."""
    try:
        value = int(text, 16)
    except ValueError:
        return text
    return f"0x{hex(value)[2:].zfill(8)}" if value >= 0 else text


def notify_name(name: str, number_printed: str = "") -> str:
    """The RFC word of a notify."""
    if number_printed.isdigit() and int(number_printed) in NOTIFIES:
        return NOTIFIES[int(number_printed)]
    word = re.sub(r"[\s-]+", "_", name.strip()).upper()
    return NOTIFIES[_SHORT[word]] if word in _SHORT else word


@lru_cache(maxsize=4096)
def network(address: str, mask: str | None = None) -> str:
    """``address`` and its mask as a prefix; the address alone as a host; text that is none stays as it is."""
    try:
        if not mask:
            return str(ipaddress.ip_network(address))
        return str(ipaddress.ip_network(f"{address}/{mask.lstrip('/')}", strict=False))
    except ValueError:
        return address if not mask else f"{address}/{mask.lstrip('/')}"


def network_of(text: str) -> str:
    """``10.1.0.0/255.255.0.0/0/0`` (mask, protocol, port) as a prefix; text without a mask stays as it is."""
    address, _, rest = text.partition("/")
    mask = rest.partition("/")[0]
    return network(address, mask) if mask else address


def identity(text: str) -> str:
    """The value behind `ID received`: a subnet reads ``--10.1.0.0--255.255.0.0``; behind `, len 14` it comes later."""
    if _LENGTH_ALONE.fullmatch(text):
        return ""
    parts = [part.strip(" ,:") for part in text.split("--") if part.strip(" ,:")]
    return network(parts[0], parts[1]) if len(parts) == 2 else " ".join(parts)


def _notify(fields: dict[str, str]) -> dict[str, str]:
    fields["name"] = notify_name(fields.get("name", ""), fields.get("number", ""))
    return fields


def _nat_verdict(fields: dict[str, str]) -> dict[str, str]:
    for side in ("remote", "local"):
        fields[side] = "no" if fields.get(side, "").upper().endswith("NOT") else "yes"
    return fields


def _networks(fields: dict[str, str]) -> dict[str, str]:
    for side in {"local", "remote", "local_proxy", "remote_proxy"} & fields.keys():
        fields[side] = network_of(fields[side])
    return fields


def _identity(fields: dict[str, str]) -> dict[str, str]:
    fields["value"] = identity(fields.get("value", ""))
    return fields


def _proxy(fields: dict[str, str]) -> dict[str, str]:
    address, mask = fields.pop("address", ""), fields.pop("mask", None)
    first, last = fields.pop("first", ""), fields.pop("last", "")
    fields["network"] = f"{first}-{last}" if first else network(address, mask)
    return fields


def _seconds(duration: str) -> str:
    found = _DURATION.fullmatch(duration)
    if found is None:
        return ""
    days, hours, minutes, seconds = (int(part or 0) for part in found.groups())
    return str(((days * 24 + hours) * 60 + minutes) * 60 + seconds)


_FORMS: dict[EventKind, Callable[[dict[str, str]], dict[str, str]]] = {
    EventKind.PROXY_RECEIVED: _proxy,
    EventKind.PROXY_SENT: _proxy,
    EventKind.NOTIFY_RECEIVED: _notify,
    EventKind.NOTIFY_SENT: _notify,
    EventKind.NAT_VERDICT: _nat_verdict,
    EventKind.ID_RECEIVED: _identity,
    **dict.fromkeys(
        (
            EventKind.CRYPTO_MAP_NOT_FOUND,
            EventKind.REKEY_COLLISION,
            EventKind.TORN_DOWN,
            EventKind.CRYPTO_MAP_CHECK,
            EventKind.SELECTOR_VIOLATION,
            EventKind.INITIATOR_STARTS,
        ),
        _networks,
    ),
}
