"""What an IKEv2 message tells, whatever goes on around it: kind and fields in the form that events carry."""

import re
from functools import lru_cache
from typing import NamedTuple

from nornir_ikediag.debugs.ikev2_catalogue import Understood, lookup
from nornir_ikediag.debugs.ikev2_selectors import described
from nornir_ikediag.debugs.ikev2_syslog import DEFAULT_GROUPS, bare
from nornir_ikediag.model.event import EventKind

_PEER_LOST = re.compile(r"peer (?:is )?(?:lost|dead|not responding)|lost (?:contact|service|peer)|DPD", re.IGNORECASE)
_NO_REASONS = frozenset({EventKind.NOTED, EventKind.CONSEQUENCE})
_SELECTOR_KINDS = frozenset({EventKind.SELECTORS_REFUSED, EventKind.INITIATOR_STARTS})
_GROUP_KINDS = frozenset(
    {EventKind.TUNNEL_GROUP_LANDED, EventKind.TUNNEL_GROUP_DEFAULT, EventKind.PROTOCOL_NOT_ALLOWED}
)
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
    fields = dict(words)
    peer, local = fields.pop("peer", None), None
    if kind in _SELECTOR_KINDS:
        for side in ("local", "remote"):
            fields.update(described(side, fields[side]) if side in fields else {})
    else:
        local = fields.pop("local", None)
    for name in _DIGITS.keys() & fields.keys():
        fields[name] = hexadecimal(fields[name], _DIGITS[name])
    group = fields.get("name") if kind in _GROUP_KINDS else None
    return Told(kind, fields, message, trust, bare(peer), bare(local), group)


def told_by(said: Understood) -> tuple[Told, ...]:
    """What a message of the catalogue tells. An abort that gives its reason tells that as well, and first."""
    message, words = said
    kind = message.kind
    reason: tuple[Told, ...] = ()
    if kind is EventKind.NEGOTIATION_ABORTED and message.id == "aborted":
        why = lookup(words.get("reason", ""))
        if why is not None and why.message.kind is EventKind.NEGOTIATION_ABORTED:
            words = {**why.fields, **words}  # which exchange it was
        elif why is not None and why.message.kind not in _NO_REASONS:
            reason = told_by(why)
    elif kind is EventKind.IKE_PROPOSALS_REFUSED and message.id in ("proposals-refused", "no-matching-proposal"):
        words = {**words, "phase": "unknown"}
    elif kind is EventKind.TORN_DOWN and _PEER_LOST.search(words.get("reason", "")):
        kind = EventKind.DPD_TIMEOUT
    elif kind is EventKind.TUNNEL_GROUP_LANDED and DEFAULT_GROUPS.match(words.get("name", "")):
        kind = EventKind.TUNNEL_GROUP_DEFAULT
    return (*reason, told(kind, words, message.id, message.trust))


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
