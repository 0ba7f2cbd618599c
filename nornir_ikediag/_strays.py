"""Log lines that name no peer, and whose they are all the same.

Two kinds find an owner. The tunnel manager (%ASA-4-752006 and its like) names a crypto map and a sequence number, which
the configuration leads to a peer. And in a pasted fragment that names no peer at all, the lines that say why something
failed are about the one tunnel that nobody named: it is called ``unknown`` and judged like any other.
"""

from collections.abc import Iterable, Sequence

from nornir_ikediag._identities import UNKNOWN_PEER
from nornir_ikediag.causes._attempts import HINTS, REASONS
from nornir_ikediag.model.configuration import Configuration
from nornir_ikediag.model.event import Event, EventKind

_ABOUT_THE_BOX = frozenset({EventKind.STANDBY_DROPPED, EventKind.DEBUG_TO_SYSLOG})


def placed(events: Iterable[Event], configuration: Configuration | None) -> tuple[list[tuple[str, Event]], list[Event]]:
    """The events with the peer that the configuration leads to, and the others."""
    peers = {
        (entry.name, str(entry.sequence)): entry.peers[0]
        for entry in (configuration.crypto_maps if configuration else ())
        if entry.peers
    }
    found: list[tuple[str, Event]] = []
    rest: list[Event] = []
    for event in events:
        peer = peers.get((event.get("crypto_map"), event.get("sequence")))
        if peer is None:
            rest.append(event)
        else:
            found.append((peer, event))
    return found, rest


def unnamed(events: Sequence[Event]) -> list[tuple[str, Event]]:
    """All these events as those of an unknown peer, if one of them says why something failed; else none."""
    failing = (REASONS | HINTS) - _ABOUT_THE_BOX
    if not any(event.kind in failing for event in events):
        return []
    return [(UNKNOWN_PEER, event) for event in events]
