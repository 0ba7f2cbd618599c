"""A negotiation while it is being replayed: mutable, bounded, and frozen into the model's Negotiation at its end."""

from collections import deque
from datetime import datetime
from typing import Any

from nornir_ikediag.model.event import Event, EventKind
from nornir_ikediag.model.negotiation import NegotiatedChild, Negotiation
from nornir_ikediag.model.sa import Selector, Selectors

_FIRST_EVENTS = 400
_LAST_EVENTS = 200


class Draft:
    """Every public attribute of the same name as a Negotiation's field goes there. A sub-replay may subclass it for
    state of its own; ``number`` is taken from the counter that all sub-replays share, so that ids follow the log."""

    __slots__ = (
        "_first",
        "_last",
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
        self._first: list[Event] = []
        self._last: deque[Event] | None = None
        self.events_dropped = 0

    def add(self, event: Event) -> None:
        """Keep the event, within the bound: the first and the last ones stay."""
        if event.at is not None:
            if self.started_at is None:
                self.started_at = event.at
            self.ended_at = event.at
        if len(self._first) < _FIRST_EVENTS:
            self._first.append(event)
            return
        if self._last is None:
            self._last = deque(maxlen=_LAST_EVENTS)
        if len(self._last) == _LAST_EVENTS:
            self.events_dropped += 1
        self._last.append(event)

    def shorten(self, most: int, chatter: frozenset[EventKind]) -> None:
        """Keep about so many events: what is not chatter, and of that the first and the last."""
        events = self.events
        if len(events) <= most:
            return
        telling = [event for event in events if event.kind not in chatter]
        kept = (
            telling if len(telling) <= most else [*telling[: most // 2], *telling[len(telling) - (most - most // 2) :]]
        )
        self.events_dropped += len(events) - len(kept)
        self._first = kept
        self._last = None

    @property
    def events(self) -> tuple[Event, ...]:
        """Those that were kept."""
        return (*self._first, *(self._last or ()))

    @property
    def selectors(self) -> Selectors | None:
        """Both sides, or None while one is unknown."""
        if self.selector_local is None or self.selector_remote is None:
            return None
        return Selectors(self.selector_local, self.selector_remote)

    @property
    def finished(self) -> bool:
        """Whether it came to an end, good or bad."""
        return bool(self.outcome != "incomplete")

    def freeze(self) -> Negotiation:
        """The value that leaves the replay."""
        same = (name for name in Negotiation.__struct_fields__ if name not in ("id", "events", "child_sas"))
        fields = {name: getattr(self, name) for name in same}
        return Negotiation(id=str(self.number), events=self.events, child_sas=tuple(self.child_sas), **fields)
