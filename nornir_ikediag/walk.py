"""The negotiations of a device told step by step, from the events that they were replayed from.

A step begins where something happens on the wire or a stage is reached, and holds everything up to the next such event:
what the device made of a message stands below the message.
"""

from collections.abc import Iterator, Sequence

from nornir_ikediag.model.device import Device
from nornir_ikediag.model.event import Event, EventKind
from nornir_ikediag.model.negotiation import Negotiation
from nornir_ikediag.model.report import Walk, WalkLines, WalkStep

_BEGINS_A_STEP = frozenset(
    {
        EventKind.PACKET,
        EventKind.RETRANSMIT,
        EventKind.INITIATOR_STARTS,
        EventKind.RESPONDER_STARTS,
        EventKind.QM_STARTS,
        EventKind.USER_AUTHENTICATED,
        EventKind.ADDRESS_ASSIGNED,
        EventKind.PHASE1_COMPLETED,
        EventKind.CHILD_ESTABLISHED,
        EventKind.PHASE2_COMPLETED,
        EventKind.FSM_ERROR,
        EventKind.TORN_DOWN,
        EventKind.DELETE_RECEIVED,
        EventKind.DELETE_SENT,
    }
)
_SAYS_NOTHING = frozenset({EventKind.NOTED, EventKind.STATE, EventKind.PACKET_ON_PORT})
_SHOWN_FIELDS = (
    "name",
    "value",
    "attribute",
    "received",
    "configured",
    "reason",
    "address",
    "network",
    "spi_in",
    "spi_out",
)


def walks(device: Device) -> tuple[Walk, ...]:
    """One walk for each negotiation of the device that has events, in the order of its tunnels."""
    negotiations = [negotiation for tunnel in device.tunnels for negotiation in tunnel.negotiations]
    return tuple(
        Walk(
            negotiations=(negotiation.id,),
            clock_offset_seconds=None,
            steps=tuple(
                _step(number, negotiation, events) for number, events in enumerate(_groups(negotiation.events), start=1)
            ),
        )
        for negotiation in negotiations
        if negotiation.events
    )


def _groups(events: Sequence[Event]) -> Iterator[list[Event]]:
    group: list[Event] = []
    for event in events:
        if group and event.kind in _BEGINS_A_STEP:
            yield group
            group = []
        group.append(event)
    if group:
        yield group


def _step(number: int, negotiation: Negotiation, events: Sequence[Event]) -> WalkStep:
    head = events[0]
    direction = head.get("direction")
    times = [event.at for event in events if event.at is not None]
    return WalkStep(
        number=number,
        side="peer" if direction == "received" else "this end",
        exchange=head.get("exchange") or negotiation.exchange,
        message=head.get("payloads") if head.kind is EventKind.PACKET else head.kind.value,
        direction=direction,
        summary=_summary(events),
        message_id=head.get("message_id") or negotiation.message_id,
        client_sequence=None,
        started_at=times[0] if times else None,
        duration_seconds=int((times[-1] - times[0]).total_seconds()) if times else None,
        lines=tuple(_lines(events)),
        configuration=(),
    )


def _summary(events: Sequence[Event]) -> str:
    said: dict[str, int] = {}
    for event in events:
        if event.kind in _SAYS_NOTHING or (event is events[0] and event.kind is EventKind.PACKET):
            continue
        details = " ".join(event.fields[name] for name in _SHOWN_FIELDS if event.fields.get(name))
        words = f"{event.kind.value.replace('-', ' ')} {details}".strip()
        said[words] = said.get(words, 0) + 1
    return "; ".join(words + (f" ({count} times)" if count > 1 else "") for words, count in said.items())


def _lines(events: Sequence[Event]) -> Iterator[WalkLines]:
    """The span of each source that the step's events stand in."""
    for source in dict.fromkeys(event.origin.source for event in events):
        numbers = [event.origin.line for event in events if event.origin.source == source]
        yield WalkLines(source, min(numbers), max(numbers))
