"""Log lines that name no peer, and whose they are all the same.

Three kinds find an owner. The tunnel manager (%ASA-4-752006 and its like) names a crypto map and a sequence number,
which the configuration leads to a peer. A packet that came in clear or was too large names two inner addresses, which
one crypto ACL protects. And in a pasted fragment that names no peer at all, the lines that say why something failed
are about the one tunnel that nobody named: it is called ``unknown`` and judged like any other.
"""

import ipaddress
from collections.abc import Iterable, Sequence

from nornir_ikediag.causes._attempts import HINTS, REASONS
from nornir_ikediag.causes._loose import gives_up
from nornir_ikediag.model.configuration import Configuration
from nornir_ikediag.model.event import Event, EventKind
from nornir_ikediag.model.negotiation import UNKNOWN_PEER

_ABOUT_THE_BOX = frozenset({EventKind.STANDBY_DROPPED, EventKind.DEBUG_TO_SYSLOG})
_INWARD, _OUTWARD = EventKind.CLEARTEXT_RECEIVED, EventKind.PACKET_TOO_BIG
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
    failing = (REASONS | HINTS | {EventKind.CLEARTEXT_RECEIVED}) - _ABOUT_THE_BOX
    if not gives_up(events) and not any(event.kind in failing for event in events):
        return []
    return [(UNKNOWN_PEER, event) for event in events]


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
        if event.kind not in (_INWARD, _OUTWARD):
            return self._by_entry.get((event.get("crypto_map"), event.get("sequence")))
        here, there = event.get("destination"), event.get("source")
        if event.kind == _OUTWARD:
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
