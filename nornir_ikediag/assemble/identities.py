"""Who is who: which SAs, sessions, negotiations and events belong to one tunnel.

A LAN-to-LAN tunnel is its peer's address. A remote-access tunnel is the address and the user, because many users can
sit behind one address. What makes this hard:

* a peer can be printed as a name in one place and as an address in another;
* the `Username` of a LAN-to-LAN tunnel is the peer's address or its IKE identity, not a user;
* an IKE SA, and an attempt that fails early, name no user;
* a line can bear the address that was assigned inside the tunnel instead of the peer's.
"""

import ipaddress
from collections.abc import Iterable, Sequence
from functools import lru_cache

import msgspec

from nornir_ikediag.model.configuration import Configuration
from nornir_ikediag.model.event import Event
from nornir_ikediag.model.negotiation import UNKNOWN_PEER, Negotiation
from nornir_ikediag.model.sa import ChildSa, IkeSa
from nornir_ikediag.model.session import VpnSession

Key = tuple[str, str | None]  # peer, user

_NOBODY = frozenset({"", "unknown", "n/a", "none"})


class Material(msgspec.Struct, frozen=True, kw_only=True):
    """All that is to be joined."""

    ike_sas: Sequence[IkeSa] = ()
    child_sas: Sequence[ChildSa] = ()
    sessions: Sequence[VpnSession] = ()
    negotiations: Sequence[Negotiation] = ()
    peer_events: Sequence[tuple[str, Event]] = ()
    configuration: Configuration | None = None


@lru_cache(maxsize=4096)
def is_address(text: str) -> bool:
    """Whether this is an IP address rather than a name."""
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return True


class Identities:
    """Answers for each piece of the material which tunnel it belongs to."""

    def __init__(self, material: Material) -> None:
        self.names = _names(material)
        self._named = {address: name for name, address in self.names.items()}
        self._lan_to_lan = _lan_to_lan_peers(material)
        self._inner: dict[str, Key] = {}
        self._users: dict[str, list[str]] = {}
        for peer, user, group in _sightings(material):
            self._note_user(peer, user, group)
        for child in material.child_sas:
            self._note_inner(child.assigned_address, self.key(child.peer, child.username))
        for negotiation in material.negotiations:
            key = self.key(negotiation.peer or UNKNOWN_PEER, negotiation.username, negotiation.tunnel_group)
            self._note_inner(negotiation.assigned_address, key)
        self._turns: dict[str, int] = {}

    def key(self, peer: str, user: str | None = None, group: str | None = None) -> Key:
        """The tunnel of this peer and user. Where no user is named and the peer has exactly one, that one."""
        address = self.names.get(peer, peer)
        if address in self._inner:
            return self._inner[address]
        if address in self._lan_to_lan:
            return address, None
        if user is not None and _is_user(user, address, group):
            return address, user
        users = self._users.get(address, [])
        return address, users[0] if len(users) == 1 else None

    def key_of_ike_sa(self, sa: IkeSa) -> Key:
        """As :meth:`key`. Several users behind one address have as many IKE SAs, which come in the same order."""
        address = self.names.get(sa.peer, sa.peer)
        users = self._users.get(address, [])
        if len(users) < 2 or (sa.type_printed or "").upper() == "L2L":
            return self.key(sa.peer)
        turn = self._turns.get(address, 0)
        self._turns[address] = turn + 1
        return address, users[min(turn, len(users) - 1)]

    def is_lan_to_lan(self, address: str) -> bool:
        """Whether anything proves that this peer is the other end of a LAN-to-LAN tunnel."""
        return address in self._lan_to_lan

    def name_of(self, address: str) -> str | None:
        """The name that the device prints for this address, if it does."""
        return self._named.get(address)

    def _note_user(self, peer: str, user: str | None, group: str | None) -> None:
        address = self.names.get(peer, peer)
        if user is None or address in self._lan_to_lan or not _is_user(user, address, group):
            return
        users = self._users.setdefault(address, [])
        if user not in users:
            users.append(user)

    def _note_inner(self, assigned: str | None, key: Key) -> None:
        if assigned and assigned != key[0] and assigned not in self._users:
            self._inner[assigned] = key


def _is_user(user: str, peer: str, group: str | None) -> bool:
    return user.lower() not in _NOBODY and user != peer and not is_address(user)


def _names(material: Material) -> dict[str, str]:
    """Addresses by the name that the device prints in their place."""
    names = dict(material.configuration.names) if material.configuration else {}
    for child in material.child_sas:
        endpoint = child.remote_endpoint or ""
        if not is_address(child.peer) and is_address(endpoint):
            names[child.peer] = endpoint
        elif is_address(child.peer) and endpoint and not is_address(endpoint):
            names[endpoint] = child.peer
    return names


def _lan_to_lan_peers(material: Material) -> frozenset[str]:
    names = _names(material)
    peers: set[str] = set()
    for child in material.child_sas:
        if any("L2L" in sa.settings for sa in child.sas):
            peers.add(child.peer)
    peers.update(sa.peer for sa in material.ike_sas if (sa.type_printed or "").upper() == "L2L")
    peers.update(one.peer for one in material.negotiations if one.peer and one.tunnel_group == one.peer)
    peers.update(event.peer for _, event in material.peer_events if event.peer and event.tunnel_group == event.peer)
    if material.configuration is not None:
        for entry in material.configuration.crypto_maps:
            peers.update(entry.peers)
        peers.update(one.name for one in material.configuration.tunnel_groups if one.type == "ipsec-l2l")
    return frozenset(names.get(peer, peer) for peer in peers)


def _sightings(material: Material) -> Iterable[tuple[str, str | None, str | None]]:
    yield from ((child.peer, child.username, None) for child in material.child_sas)
    yield from ((one.peer, one.username, one.connection) for one in material.sessions)
    yield from ((one.peer or UNKNOWN_PEER, one.username, one.tunnel_group) for one in material.negotiations)
    yield from ((peer, event.username, event.tunnel_group) for peer, event in material.peer_events)
