"""What happens in a step, in the words of the person who reads it. `{name}` is a field of the event; a phrase whose
fields the line does not carry keeps the rest. A kind without a phrase is told by its own name and the fields that say
something to a person.
"""

import re
from collections.abc import Sequence

from nornir_ikediag.model.event import Event, EventKind

_SAYS_NOTHING = frozenset({EventKind.NOTED, EventKind.STATE, EventKind.PACKET, EventKind.PACKET_ON_PORT})
_SHOWN_FIELDS = (
    "name", "value", "attribute", "received", "configured", "reason", "address", "network", "spi_in", "spi_out",
)  # fmt: skip

PHRASES: dict[EventKind, str] = {
    EventKind.RETRANSMIT: "the message is sent again",
    EventKind.DUPLICATE: "the peer repeats its message",
    EventKind.RETRIES_EXHAUSTED: "no answer: the device gives up",
    EventKind.FSM_ERROR: "the state machine ends in an error",
    EventKind.QM_FSM_ERROR: "phase 2 ends in an error",
    EventKind.SESSION_TIMED_OUT: "the session times out",
    EventKind.INITIATOR_STARTS: "this end begins",
    EventKind.RESPONDER_STARTS: "the peer begins",
    EventKind.KEY_ACQUIRE: "traffic asks for the tunnel",
    EventKind.QM_STARTS: "phase 2 begins",
    EventKind.QM_DELAYED: "phase 2 waits for the user or the address",
    EventKind.ALL_VERSIONS_FAILED: "no IKE version came through",
    EventKind.TUNNEL_GROUP_LANDED: "tunnel-group {name}",
    EventKind.TUNNEL_GROUP_MISSING: "no tunnel-group matches {name}",
    EventKind.TUNNEL_GROUP_DEFAULT: "no group of its own: {name}",
    EventKind.ID_RECEIVED: "the peer's identity {value}",
    EventKind.ID_REFUSED: "the peer's identity is refused: {reason}",
    EventKind.MISMATCH: "{attribute}: received {received}, configured {configured}",
    EventKind.IKE_PROPOSAL_ACCEPTED: "an IKE proposal is accepted",
    EventKind.IKE_PROPOSALS_REFUSED: "every IKE proposal is refused",
    EventKind.RECEIVED_POLICY: "what was received is listed",
    EventKind.EXPECTED_POLICY: "what is configured is listed",
    EventKind.PROPOSAL_OFFERED: "a proposal is offered",
    EventKind.DECRYPT_FAILED: "the message cannot be decrypted",
    EventKind.AUTH_FAILED: "authentication fails: {reason}",
    EventKind.CERTIFICATE_MISSING: "no certificate of our own: {reason}",
    EventKind.CERTIFICATE_INVALID: "the peer's certificate is refused: {reason}",
    EventKind.NAT_VERDICT: "NAT detection: this end behind NAT {local}, the peer behind NAT {remote}",
    EventKind.NAT_FLOAT: "the exchange moves to UDP 4500",
    EventKind.USER_AUTHENTICATED: "the user is authenticated",
    EventKind.XAUTH_REJECTED: "the user is rejected: {reason}",
    EventKind.AAA_UNREACHABLE: "the AAA server does not answer",
    EventKind.ADDRESS_ASSIGNED: "address {address} is assigned",
    EventKind.ADDRESS_FAILED: "no address is assigned: {reason}",
    EventKind.PROXY_RECEIVED: "asked for, {side}: {network}",
    EventKind.PROXY_SENT: "we ask for, {side}: {network}",
    EventKind.CRYPTO_MAP_CHECK: "crypto map {crypto_map} {sequence}: {result}",
    EventKind.CRYPTO_MAP_NOT_FOUND: "no crypto map entry has these networks",
    EventKind.CRYPTO_MAP_NOT_BOUND: "no crypto map is bound to the interface",
    EventKind.IPSEC_PROPOSAL_ACCEPTED: "an IPsec proposal is accepted",
    EventKind.IPSEC_PROPOSALS_REFUSED: "every IPsec proposal is refused",
    EventKind.SELECTORS_REFUSED: "the networks are refused",
    EventKind.NOTIFY_RECEIVED: "the peer says {name}",
    EventKind.NOTIFY_SENT: "we say {name}",
    EventKind.PHASE1_COMPLETED: "phase 1 is complete",
    EventKind.PHASE2_COMPLETED: "phase 2 is complete",
    EventKind.IKEV2_SA_CREATED: "the IKE SA is made",
    EventKind.SPI_ALLOCATED: "an SPI is allocated",
    EventKind.CHILD_ESTABLISHED: "the child SA is up: SPI in {spi_in}, out {spi_out}",
    EventKind.LIFETIME_CHANGED: "a lifetime is lowered from {before} to {after}",
    EventKind.NEGOTIATION_ABORTED: "the negotiation is aborted: {reason}",
    EventKind.TORN_DOWN: "the session is torn down: {reason}",
    EventKind.DELETE_RECEIVED: "the peer deletes the SA",
    EventKind.DELETE_SENT: "we delete the SA",
    EventKind.IKE_TERMINATING: "the IKE SA is given up",
    EventKind.DPD_TIMEOUT: "the peer does not answer keepalives",
    EventKind.REKEY_STARTS: "a rekey begins",
    EventKind.CONSEQUENCE: "clean-up after it",
}
_FIELD = re.compile(r"\{(\w+)\}")


def summary(events: Sequence[Event]) -> str:
    """What these events say, each phrase once, with its count."""
    said: dict[str, int] = {}
    for event in events:
        if event.kind not in _SAYS_NOTHING:
            words = _phrase(event)
            said[words] = said.get(words, 0) + 1
    return "; ".join(words + (f" ({count} times)" if count > 1 else "") for words, count in said.items())


def _phrase(event: Event) -> str:
    phrase, own_name = PHRASES.get(event.kind), event.kind.value.replace("-", " ")
    if phrase is None:
        details = " ".join(event.fields[name] for name in _SHOWN_FIELDS if event.fields.get(name))
        return f"{own_name} {details}".strip()
    # a part between commas goes when all its fields are missing, and so does a colon with nothing behind it
    parts = [
        part for part in phrase.split(", ") if not _FIELD.search(part) or any(map(event.get, _FIELD.findall(part)))
    ]
    filled = ", ".join(_FIELD.sub(lambda field: event.get(field[1]), part) for part in parts)
    words = re.sub(r"\s+(?=[\s:])", "", filled or re.split("[:{]", phrase)[0]).strip().rstrip(":").strip()
    return words or own_name
