"""The packets of a negotiation under the names that engineers use: AM1, MM5, the XAUTH request, QM3, IKE_AUTH request.

Theory (RFC 2409 section 5, RFC 7296 section 1.2). Messages of id 0 are those of main or aggressive mode. A transaction
(payload ATTR) comes in pairs: XAUTH pairs are begun by the end that asks for credentials, the responder of phase 1,
the last of them with its verdict; the pair that the initiator begins asks for configuration. What else is encrypted is
Quick Mode, whose first message carries an SA and whose last is a hash alone, or an informational message.
"""

from typing import NamedTuple

from nornir_ikediag.model.event import Event, EventKind
from nornir_ikediag.model.negotiation import Negotiation

_DIRECTIONS = {"received": "receive", "sending": "send", "resending": "resend"}
_PHASE1 = {"aggressive-mode": "AM", "main-mode": "MM"}
_NO_ID = frozenset({"", "0x00000000"})
_OF_INFORMATIONAL = frozenset({"NOTIFY", "DELETE"})  # in the clear while phase 1 is not through
_SOUGHT = ("request", "reply")
_GIVEN = ("result", "ack")


class Named(NamedTuple):
    """One packet: its exchange, its name in that exchange, and what this end did with it."""

    exchange: str
    message: str
    direction: str
    message_id: str | None


def is_client(event: Event) -> bool:
    """Whether a VPN Client logged this."""
    return (event.message or "").startswith("client-")


def named_messages(negotiation: Negotiation) -> dict[int, Named]:
    """The packets by their position among the negotiation's events."""
    packets = [(number, event) for number, event in enumerate(negotiation.events) if event.kind == EventKind.PACKET]
    if negotiation.ike_version == 2:
        return _of_ikev2([(number, event) for number, event in packets if _is_counted(event, packets)])
    found: dict[int, Named] = {}
    counts: dict[str, int] = {}
    transactions = [one for one in packets if _exchange(one[1], negotiation) == "transaction"]
    names = _transactions(transactions, negotiation)
    message_id: str | None = None
    for number, event in packets:
        exchange = _exchange(event, negotiation)
        direction = _DIRECTIONS.get(event.get("direction"), event.get("direction"))
        message_id = event.get("message_id") or _later_id(negotiation, number)
        if exchange == "transaction":
            found[number] = Named(*names[number], direction, message_id)
            continue
        counted = f"{exchange} {message_id if exchange == 'QM' else ''}"
        counts[counted] = counts.get(counted, 0) + (direction != "resend" or counted not in counts)
        message = exchange if exchange == "INFO" else f"{exchange}{counts[counted]}"
        found[number] = Named(exchange, message, direction, None if exchange in ("AM", "MM") else message_id)
    return found


def answer_to(sent: Named) -> Named | None:
    """The next message of main or aggressive mode after one that this end sent; None after any other."""
    if sent.exchange not in _PHASE1.values() or sent.direction not in ("send", "resend"):
        return None
    number = int(sent.message.removeprefix(sent.exchange))
    return Named(sent.exchange, f"{sent.exchange}{number + 1}", "receive", None)


def _exchange(event: Event, negotiation: Negotiation) -> str:
    said, payloads = event.get("exchange"), event.get("payloads").split()
    if said == "transaction" or "ATTR" in payloads:
        return "transaction"
    if said in _PHASE1:
        return _PHASE1[said]
    if said == "informational" or (payloads and _OF_INFORMATIONAL.issuperset(payloads)):
        return "INFO"
    if said == "quick-mode" or negotiation.exchange == "quick-mode":
        return "QM"
    if not said and event.get("message_id") in _NO_ID:
        return _PHASE1.get(negotiation.exchange, "IKE")
    is_quick = "SA" in payloads or event.get("message_id") == negotiation.message_id
    return "QM" if is_quick or payloads == ["HASH"] else "INFO"


def _transactions(packets: list[tuple[int, Event]], negotiation: Negotiation) -> dict[int, tuple[str, str]]:
    """The pairs, the first of each begun by the end that sends it."""
    ours = "sending" if negotiation.role == "initiator" else "received"
    pairs = [packets[start : start + 2] for start in range(0, len(packets), 2)]
    asked_by_initiator = [pair[0][1].get("direction") == ours for pair in pairs]
    xauth = asked_by_initiator.index(True) if True in asked_by_initiator else len(pairs)
    found: dict[int, tuple[str, str]] = {}
    for position, pair in enumerate(pairs):
        exchange = "XAUTH" if position < xauth else "MODE_CFG"
        names = _GIVEN if exchange == "XAUTH" and position == xauth - 1 and position > 0 else _SOUGHT
        for (number, _), name in zip(pair, names, strict=False):
            found[number] = (exchange, name)
    return found


def _later_id(negotiation: Negotiation, number: int) -> str | None:
    """The client's packets bear no message id; the trace or decode that belongs to one does, before or after it."""
    if not is_client(negotiation.events[number]) or negotiation.events[number].get("exchange") in _PHASE1:
        return None
    sent = negotiation.events[number].get("direction") != "received"
    before, after = negotiation.events[:number][::-1], negotiation.events[number + 1 :]
    near = (*before[:4], *after[:4]) if sent else (*after[:4], *before[:4])
    return next((one.get("message_id") for one in near if one.get("message_id") not in _NO_ID), None)


def _is_counted(event: Event, packets: list[tuple[int, Event]]) -> bool:
    """Each packet once: two facilities tell of it, of which the protocol's is the fuller."""
    tags = {other.get("tag") for _, other in packets}
    return "PROTO" not in tags or event.get("tag") == "PROTO"


def _of_ikev2(packets: list[tuple[int, Event]]) -> dict[int, Named]:
    found: dict[int, Named] = {}
    seen: set[tuple[str, ...]] = set()
    for number, event in packets:
        response = "RESPONSE" in event.get("flags") + event.get("flag")
        name = f"{event.get('exchange')} {'response' if response else 'request'}".strip()
        direction = _DIRECTIONS.get(event.get("direction"), "")
        key = (name, direction, event.get("message_id"))
        again = direction == "send" and key in seen
        seen.add(key)
        found[number] = Named(
            event.get("exchange"), name, "resend" if again else direction, event.get("message_id") or None
        )
    return found
