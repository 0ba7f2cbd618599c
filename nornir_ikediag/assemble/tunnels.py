"""SAs, sessions, negotiations, events and configuration joined into tunnels, one a peer (and user).

Tunnels come from three places: what the device has (SAs, sessions), what it logged (negotiations, events of a peer),
and what it is configured to have (static crypto map entries and virtual tunnel interfaces). An entry with several
peers is one tunnel and its backups: it is served when one of its peers is.
"""

from collections.abc import Iterable, Sequence
from typing import Any

import msgspec

from nornir_ikediag.assemble.identities import Identities, Key, Material
from nornir_ikediag.model.configuration import Configuration, CryptoMapEntry
from nornir_ikediag.model.event import Event, EventKind
from nornir_ikediag.model.facts import DeviceFacts
from nornir_ikediag.model.negotiation import UNKNOWN_PEER, Negotiation
from nornir_ikediag.model.sa import ChildSa, IkeSa, IkeVersion
from nornir_ikediag.model.session import VpnSession
from nornir_ikediag.model.tunnel import Tunnel, TunnelConfiguration, TunnelKind

_REMOTE_ACCESS = (
    EventKind.USER_AUTHENTICATED, EventKind.ADDRESS_ASSIGNED, EventKind.XAUTH_REJECTED, EventKind.GROUP_LOCK,
    EventKind.LOGINS_EXCEEDED, EventKind.ADDRESS_FAILED, EventKind.ADDRESS_POOL_MISSING, EventKind.CLIENT_REFUSED,
)  # fmt: skip
_L2TP = "1701"  # RFC 3193: who asks to protect this port is somebody's computer


class Named:
    """The configuration by the names that tunnels are looked up with: a hub has thousands of entries."""

    def __init__(self, configuration: Configuration | None) -> None:
        self.read = configuration is not None
        self.entries: dict[str, list[CryptoMapEntry]] = {}
        self.by_sequence: dict[tuple[str | None, int | None], CryptoMapEntry] = {}
        for entry in configuration.crypto_maps if configuration else ():
            self.by_sequence[entry.name, entry.sequence] = entry
            for peer in entry.peers:
                self.entries.setdefault(peer, []).append(entry)
        self.groups = {one.name: one for one in configuration.tunnel_groups} if configuration else {}
        self.policies = {one.name: one for one in configuration.group_policies} if configuration else {}


class Joined:
    """The pieces of one tunnel while they are collected."""

    def __init__(self, key: Key) -> None:
        self.peer, self.username = key
        self.ike_sas: list[IkeSa] = []
        self.child_sas: list[ChildSa] = []
        self.sessions: list[VpnSession] = []
        self.negotiations: list[Negotiation] = []
        self.events: list[Event] = []

    @property
    def is_bare(self) -> bool:
        """Whether nothing but loose lines of a log speaks of it."""
        return not (self.ike_sas or self.child_sas or self.sessions or self.negotiations)


def join(material: Material, identities: Identities) -> list[Joined]:
    """Every piece under its tunnel, in the order in which the tunnels were first seen."""
    joined: dict[Key, Joined] = {}

    def at(key: Key) -> Joined:
        return joined.setdefault(key, Joined(key))

    for child in material.child_sas:
        at(identities.key(child.peer, child.username)).child_sas.append(child)
    for sa in material.ike_sas:
        at(identities.key_of_ike_sa(sa)).ike_sas.append(sa)
    for session in material.sessions:
        at(identities.key(session.peer, session.username, session.connection)).sessions.append(session)
    for one in material.negotiations:
        at(identities.key(one.peer or UNKNOWN_PEER, one.username, one.tunnel_group)).negotiations.append(one)
    for peer, event in material.peer_events:
        at(identities.key(peer, event.username, event.tunnel_group)).events.append(event)
    return _without_namesakes(list(joined.values()))


def build(one: Joined, facts: DeviceFacts, identities: Identities, named: Named) -> Tunnel:
    """The tunnel, all but its state."""
    group = _tunnel_group(one, named)
    draft = Tunnel(
        peer=one.peer,
        device=facts,
        peer_name=identities.name_of(one.peer),
        kind=_kind(one, group, named, identities),
        tunnel_group=group,
        username=one.username,
        ike_sas=tuple(one.ike_sas),
        child_sas=tuple(merged_children(one.child_sas) or _of_sessions(one)),
        sessions=tuple(one.sessions),
        negotiations=tuple(one.negotiations),
        events=tuple(one.events),
    )
    configured = _configured(draft, named)
    version = _ike_version(one, configured)
    return msgspec.structs.replace(draft, configuration=configured, ike_version=version)


def configured_only(configuration: Configuration | None, seen: Iterable[str], asked: Sequence[str]) -> list[str]:
    """The peers that the configuration names and nothing else does: the first of an entry's peers unless another
    serves it, and whichever somebody asked for."""
    known = set(seen)
    missing: list[str] = []
    for entry in configuration.crypto_maps if configuration else ():
        if entry.kind == "dynamic" or not entry.peers:
            continue
        wanted = [peer for peer in entry.peers if peer in asked and peer not in known]
        if not wanted and not known.intersection(entry.peers):
            wanted = [entry.peers[0]]
        missing.extend(wanted)
        known.update(wanted)
    return missing


def _configured(tunnel: Tunnel, named: Named) -> TunnelConfiguration | None:
    """The entries, the tunnel-group and the group-policy that belong to this peer; None where none was read."""
    if not named.read:
        return None
    entries = named.entries.get(tunnel.peer) or named.entries.get(tunnel.peer_name or "") or []
    if not entries:
        used = {(child.crypto_map, child.sequence) for child in tunnel.child_sas}
        entries = [
            named.by_sequence[key] for key in used if key in named.by_sequence and not named.by_sequence[key].peers
        ]
    group = named.groups.get(tunnel.tunnel_group or tunnel.peer)
    policy = named.policies.get((group.default_group_policy if group else None) or "DfltGrpPolicy")
    return TunnelConfiguration(
        crypto_maps=tuple(sorted(entries, key=lambda entry: entry.sequence)), tunnel_group=group, group_policy=policy
    )


def merged_children(children: Sequence[ChildSa]) -> list[ChildSa]:
    """The child SAs, each once: `show crypto ikev2 sa` and `show crypto ipsec sa` both list those of IKEv2, and the
    latter knows more."""
    whole = [child for child in children if child.counters or child.sas]
    spis = {spi for child in whole for spi in (child.spi_in, *(sa.spi for sa in child.sas)) if spi}
    return whole + [child for child in children if not (child.counters or child.sas) and child.spi_in not in spis]


def _of_sessions(one: Joined) -> list[ChildSa]:
    """Those that `show vpn-sessiondb` tells of, where no output shows the SAs themselves."""
    return [] if one.ike_sas else [child for session in one.sessions for child in session.children]


def _without_namesakes(tunnels: list[Joined]) -> list[Joined]:
    """Loose lines that name a user go to that user's only tunnel, whatever address they bear."""
    homes: dict[str, list[Joined]] = {}
    for one in tunnels:
        if one.username and not one.is_bare:
            homes.setdefault(one.username, []).append(one)
    kept = []
    for one in tunnels:
        own = homes.get(one.username or "", [])
        if one.is_bare and len(own) == 1:
            own[0].events.extend(one.events)
        else:
            kept.append(one)
    return kept


def _kind(one: Joined, group: str | None, named: Named, identities: Identities) -> TunnelKind:
    if identities.is_lan_to_lan(one.peer):
        return "lan-to-lan"
    configured = named.groups.get(group or "")
    if configured is not None and configured.type in ("remote-access", "ipsec-ra"):
        return "remote-access"
    settings = {word for child in one.child_sas for sa in child.sas for word in sa.settings}
    events = {event.kind for each in one.negotiations for event in each.events}
    active = {(sa.state or "").upper() for sa in one.ike_sas if (sa.type_printed or "").lower() in ("user", "ra")}
    pairs = [each.selectors for each in one.negotiations] + [child.selectors for child in one.child_sas]
    l2tp = any(pair is not None and _L2TP in (pair.local.port, pair.remote.port) for pair in pairs)
    if one.username or l2tp or "RA" in settings or events.intersection(_REMOTE_ACCESS):
        return "remote-access"
    if any(state.startswith("AM_TM_") or "XAUTH" in state or state == "AM_ACTIVE" for state in active):
        return "remote-access"
    return "lan-to-lan"


def _tunnel_group(one: Joined, named: Named) -> str | None:
    landed = [event for each in one.negotiations for event in each.all(EventKind.TUNNEL_GROUP_LANDED)]
    names: list[str | None] = [each.tunnel_group for each in reversed(one.negotiations)]
    names += [event.get("name") or None for event in reversed(landed)]
    names += [session.connection for session in one.sessions]
    names += [event.tunnel_group for event in reversed(one.events)]
    found = next((name for name in names if name), None)
    if found is None and one.peer in named.groups:
        return one.peer
    return found


def _ike_version(one: Joined, configured: TunnelConfiguration | None) -> IkeVersion | None:
    said: list[Any] = [sa.ike_version for sa in one.ike_sas]
    said += [child.ike_version for child in (*one.child_sas, *_of_sessions(one))]
    said += [each.ike_version for each in reversed(one.negotiations)]
    said += [event.ike_version for event in reversed(one.events)]
    version: IkeVersion | None = next((each for each in said if each is not None), None)
    if version is not None or configured is None:
        return version
    versions: set[IkeVersion] = set()
    for entry in configured.crypto_maps:
        versions.update((1,) if entry.transform_sets else ())
        versions.update((2,) if entry.ikev2_proposals else ())
    return versions.pop() if len(versions) == 1 else None
