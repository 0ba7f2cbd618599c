"""Log lines that name no peer, and whose they are all the same.

Three kinds find an owner. The tunnel manager (%ASA-4-752006 and its like) names a crypto map and a sequence number,
which the configuration leads to a peer. A packet that came in clear or was too large names two inner addresses, which
one crypto ACL protects. And in a pasted fragment that names no peer at all, the lines that say why something failed
are about the one tunnel that nobody named: it is called ``unknown`` and judged like any other.
"""

import ipaddress
from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import timedelta

import msgspec

from nornir_ikediag.causes._attempts import HINTS, REASONS
from nornir_ikediag.causes._loose import gives_up
from nornir_ikediag.model.configuration import Configuration
from nornir_ikediag.model.event import Event, EventKind
from nornir_ikediag.model.negotiation import UNKNOWN_PEER, Negotiation

_ABOUT_THE_BOX = frozenset({EventKind.STANDBY_DROPPED, EventKind.DEBUG_TO_SYSLOG})
_INWARD, _OUTWARD = EventKind.CLEARTEXT_RECEIVED, EventKind.PACKET_TOO_BIG
# What the device says of a certificate names its subject and no peer: it belongs to the attempt that failed beside it.
_BESIDE = frozenset({EventKind.CERTIFICATE_INVALID, EventKind.CERTIFICATE_MISSING})
_NEAR_LINES, _NEAR_TIME = 5, timedelta(seconds=5)
_OF_NO_PEER = EventKind.INITIATION_IMPOSSIBLE  # traffic that no policy claims: it has none
_FEWEST = 2  # a gateway repeats its first message; who knocks once looks for open ports
_Network = ipaddress.IPv4Network | ipaddress.IPv6Network


def placed(events: Iterable[Event], configuration: Configuration | None) -> tuple[list[tuple[str, Event]], list[Event]]:
    """The events with the peer that the configuration leads to, and the others."""
    owners = _Owners(configuration or Configuration())
    found: list[tuple[str, Event]] = []
    rest: list[Event] = []
    for event in events:
        peer = owners.of(event)
        if peer is None:
            rest.append(event)
        else:
            found.append((peer, event))
    return found, rest


def unnamed(events: Sequence[Event]) -> list[tuple[str, Event]]:
    """All these events as those of an unknown peer, if one of them says why something failed; else none."""
    failing = (REASONS | HINTS | {_INWARD, _OUTWARD}) - _ABOUT_THE_BOX
    if not gives_up(events) and not any(event.kind in failing for event in events):
        return []
    return [(UNKNOWN_PEER, event) for event in events]


def beside(events: Iterable[Event], negotiations: Sequence[Negotiation]) -> tuple[list[tuple[str, Event]], list[Event]]:
    """The events that say why an attempt next to them failed, with its peer, and the others."""
    unexplained = [
        one for one in negotiations if one.peer and one.outcome == "failed" and not one.has(*REASONS) and one.events
    ]
    found: list[tuple[str, Event]] = []
    rest: list[Event] = []
    for event in events:
        peers = {one.peer for one in unexplained if event.kind in _BESIDE and _is_near(event, one)}
        if len(peers) == 1:
            found.append((peers.pop() or UNKNOWN_PEER, event))
        else:
            rest.append(event)
    return found, rest


def _is_near(event: Event, attempt: Negotiation) -> bool:
    last = attempt.events[-1]
    if event.origin.source != last.origin.source or abs(event.origin.line - last.origin.line) > _NEAR_LINES:
        return False
    return event.at is None or last.at is None or abs(event.at - last.at) <= _NEAR_TIME


def knocking(events: Sequence[Event]) -> list[tuple[str, Event]]:
    """Those of an address that sends IKE to an interface where there is none."""
    found = [(event.get("source"), event) for event in events if event.kind == EventKind.IKE_NOT_LISTENING]
    times = Counter(source for source, _ in found)
    return [(source, event) for source, event in found if times[source] >= _FEWEST]


def of_no_peer(events: Iterable[Event]) -> list[tuple[str, Event]]:
    """Those of traffic that no policy claims, which is nobody's even where peers are named. One alone may be a moment
    between two changes of the configuration: it is marked ``once``."""
    found = [event for event in events if event.kind == _OF_NO_PEER]
    if len(found) < _FEWEST:
        found = [msgspec.structs.replace(event, fields={**event.fields, "once": "yes"}) for event in found]
    return [(UNKNOWN_PEER, event) for event in found]


class _Owners:
    """The peers by crypto map entry, and by the networks that their ACLs protect."""

    def __init__(self, configuration: Configuration) -> None:
        entries = [entry for entry in configuration.crypto_maps if entry.peers]
        self._by_entry = {(entry.name, str(entry.sequence)): entry.peers[0] for entry in entries}
        by_list = {entry.access_list: entry.peers[0] for entry in entries}
        self._protected: list[tuple[_Network, _Network, str]] = []
        for line in configuration.access_lists:
            local, remote = _network(line.local), _network(line.remote)
            if line.permit and local and remote and line.name in by_list:
                self._protected.append((local, remote, by_list[line.name]))

    def of(self, event: Event) -> str | None:
        """The peer of this event, or None."""
        if event.kind not in (_INWARD, _OUTWARD, _OF_NO_PEER):
            return self._by_entry.get((event.get("crypto_map"), event.get("sequence")))
        here, there = event.get("destination"), event.get("source")
        if event.kind != _INWARD:
            here, there = there, here
        local, remote = _network(here), _network(there)
        if local is None or remote is None:
            return None
        owners = {peer for near, far, peer in self._protected if _inside(local, near) and _inside(remote, far)}
        return owners.pop() if len(owners) == 1 else None


def _network(text: str | None) -> _Network | None:
    try:
        return ipaddress.ip_network(text or "", strict=False)
    except ValueError:
        return None


def _inside(host: _Network, network: _Network) -> bool:
    return host.version == network.version and host.network_address in network
