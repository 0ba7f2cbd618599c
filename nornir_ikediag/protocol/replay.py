"""Events of all logs of one device, replayed into negotiations.

A sub-replay per IKE version does the work; this module hands each event to the one whose version it names. IPSEC
lines name none: they belong to whichever version spoke last. A sub-replay plugs in by having the methods of
:class:`SubReplay` and by being made in :class:`Replay`; it takes the numbers of its negotiations from the shared
counter at the moment each begins. Nothing here raises on any sequence of events: an unknown transition is an
observation.
"""

from collections import Counter
from collections.abc import Iterator
from itertools import count
from typing import Protocol

from nornir_ikediag.model.event import Event
from nornir_ikediag.model.reading import Replayed
from nornir_ikediag.protocol.ikev1 import Ikev1Replay
from nornir_ikediag.protocol.ikev2 import Ikev2Replay
from nornir_ikediag.protocol.told_once import loose_told_once, told_once
from nornir_ikediag.protocol.voices import Voices
from nornir_ikediag.protocol.vpn_client import ClientReplay, is_of_client


class SubReplay(Protocol):
    """The replay of one IKE version."""

    def feed(self, event: Event, voice: int) -> None:
        """Take the next event, of this voice. Must not raise on any."""

    def concluded(self, peer: str | None) -> bool:
        """Whether a negotiation with that peer (None: with anybody) was seen and came to its end."""

    def finish(self) -> Replayed:
        """What came of it; negotiations have the ids that the shared counter gave."""


class Replay:
    """Feed it every event in order, then :meth:`finish`."""

    def __init__(self) -> None:
        self._numbers: Iterator[int] = count(1)
        self._parts: dict[int | None, SubReplay] = {1: Ikev1Replay(self._numbers), 2: Ikev2Replay(self._numbers)}
        self._client = ClientReplay(self._numbers)
        self._current: SubReplay = self._parts[1]
        self._voices = Voices()
        self._window_from = 0

    def feed(self, event: Event) -> None:
        """Take the next event. A VPN Client's log is another device's: it is kept apart whatever its IKE version."""
        if is_of_client(event.message):
            self._client.feed(event)
            return
        self._current = part = self._parts.get(event.ike_version, self._current)
        part.feed(event, self._voices.of(event))

    def concluded(self, peer: str | None = None) -> bool:
        """Whether a negotiation with that peer (None: with anybody) came to its end, good or bad."""
        return self._client.concluded(peer) or any(part.concluded(peer) for part in self._parts.values())

    def window_begins(self) -> None:
        """What was fed until now was logged before what comes."""
        self._window_from = self._window_from or next(self._numbers)

    def finish(self) -> Replayed:
        """All negotiations in the order in which they began, and the events that belong to none."""
        client = self._client.finish()
        parts = [part.finish() for part in self._parts.values()]
        negotiations = [one for part in parts for one in part.negotiations]
        peer_events: dict[str, list[Event]] = {}
        folded: Counter[tuple[str, str]] = Counter()
        for part in parts:
            for peer, events in part.peer_events.items():
                peer_events.setdefault(peer, []).extend(events)
            folded.update(part.folded)
        if self._voices.several:
            negotiations = told_once(negotiations, self._voices, self._window_from)
            peer_events = loose_told_once(peer_events, negotiations, self._voices)
        return Replayed(
            negotiations=tuple(sorted((*negotiations, *client.negotiations), key=lambda one: int(one.id))),
            peer_events={peer: tuple(events) for peer, events in peer_events.items()},
            device_events=tuple(event for part in parts for event in part.device_events),
            folded=dict(folded),
        )
