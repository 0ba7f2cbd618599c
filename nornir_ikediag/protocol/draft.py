"""A negotiation while it is being replayed: mutable, bounded, and frozen into the model's Negotiation at its end."""

from collections.abc import Sequence
from datetime import datetime
from operator import attrgetter
from typing import Any, TypeVar

from nornir_ikediag.model.event import Event, EventKind
from nornir_ikediag.model.negotiation import NegotiatedChild, Negotiation
from nornir_ikediag.model.sa import Selector, Selectors

_FIRST_EVENTS = 400
_LAST_EVENTS = 200
_MOST_EVENTS = _FIRST_EVENTS + 2 * _LAST_EVENTS  # so many at once are fewer cuts
_SAME_FIELDS = tuple(name for name in Negotiation.__struct_fields__ if name not in ("id", "events", "child_sas"))
_same_values = attrgetter(*_SAME_FIELDS)

_Kept = TypeVar("_Kept")


def without_middle(kept: Sequence[_Kept], first: int, last: int) -> list[_Kept]:
    """The first and the last so many of them."""
    return [*kept[:first], *kept[max(first, len(kept) - last) :]]


class Draft:
    """Every public attribute of the same name as a Negotiation's field goes there. A sub-replay may subclass it for
    state of its own; ``number`` is taken from the counter that all sub-replays share, so that ids follow the log.
    ``running``: it came to no end yet, good or bad."""

    __slots__ = (
        "_events",
        "assigned_address",
        "child_only",
        "child_sas",
        "cookies",
        "ended_at",
        "events_dropped",
        "exchange",
        "floated",
        "ike_version",
        "local",
        "message_id",
        "nat_detected",
        "number",
        "origin",
        "outcome",
        "peer",
        "peer_repeats",
        "proposal",
        "received",
        "received_after_float",
        "rekey",
        "resent",
        "resent_at_end",
        "role",
        "running",
        "selector_local",
        "selector_remote",
        "sent",
        "stage",
        "started_at",
        "stopped_at",
        "tunnel_group",
        "username",
    )  # fmt: skip

    def __init__(self, number: int, origin: Event) -> None:
        self.number = number
        self.origin = origin
        self.ike_version: Any = origin.ike_version or 1
        self.exchange: Any = "unknown"
        self.role: Any = "unknown"
        self.local: str | None = None
        self.peer: str | None = None
        self.tunnel_group: str | None = None
        self.username: str | None = None
        self.cookies: str | None = None
        self.message_id: str | None = None
        self.child_only = False
        self.rekey = False
        self.proposal: str | None = None
        self.assigned_address: str | None = None
        self.selector_local: Selector | None = None
        self.selector_remote: Selector | None = None
        self.child_sas: list[NegotiatedChild] = []
        self.started_at: datetime | None = origin.at
        self.ended_at: datetime | None = None
        self.outcome: Any = "incomplete"
        self.running = True
        self.stage: Any = "unknown"
        self.stopped_at: str | None = None
        self.nat_detected: bool | None = None
        self.floated = False
        self.received = 0
        self.sent = 0
        self.resent = 0
        self.resent_at_end = 0
        self.received_after_float = 0
        self.peer_repeats = 0
        self._events: list[Event] = []
        self.events_dropped = 0

    def add(self, event: Event) -> None:
        """Keep the event, within the bound: the first and the last ones stay."""
        at = event.at
        if at is not None:
            self.ended_at = at
        events = self._events
        events.append(event)
        if len(events) > _MOST_EVENTS:
            self._keep(without_middle(events, _FIRST_EVENTS, _LAST_EVENTS))

    def conclude(self, outcome: str) -> None:
        """It came to an end."""
        self.outcome = outcome
        self.running = False

    def shorten(self, most: int, chatter: frozenset[EventKind]) -> None:
        """Keep about so many events: what is not chatter, and of that the first and the last."""
        if len(self._events) > most:
            telling = [event for event in self._events if event.kind not in chatter]
            self._keep(without_middle(telling, most // 2, most - most // 2))

    def _keep(self, events: list[Event]) -> None:
        self.events_dropped += len(self._events) - len(events)
        self._events = events

    @property
    def events(self) -> tuple[Event, ...]:
        """Those that are kept."""
        return tuple(self._events)

    @property
    def selectors(self) -> Selectors | None:
        """Both sides, or None while one is unknown."""
        if self.selector_local is None or self.selector_remote is None:
            return None
        return Selectors(self.selector_local, self.selector_remote)

    def freeze(self) -> Negotiation:
        """The value that leaves the replay."""
        self._keep(without_middle(self._events, _FIRST_EVENTS, _LAST_EVENTS))
        if self.started_at is None:
            self.started_at = next((event.at for event in self._events if event.at is not None), None)
        same = dict(zip(_SAME_FIELDS, _same_values(self), strict=True))
        return Negotiation(id=str(self.number), events=self.events, child_sas=tuple(self.child_sas), **same)
