"""IKEv1 events to negotiations (skeleton)."""

from collections.abc import Iterator

from nornir_ikediag.model.event import Event
from nornir_ikediag.model.reading import Replayed


class Ikev1Replay:
    """The replay of IKEv1; see :class:`nornir_ikediag.protocol.replay.SubReplay`."""

    def __init__(self, numbers: Iterator[int]) -> None:
        self._numbers = numbers
        self._events: list[Event] = []

    def feed(self, event: Event) -> None:
        """Take the next event."""
        self._events.append(event)

    def concluded(self, peer: str | None) -> bool:
        """Whether a negotiation with that peer came to its end."""
        return False

    def finish(self) -> Replayed:
        """What came of it."""
        return Replayed(device_events=tuple(self._events))
