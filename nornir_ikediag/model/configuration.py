"""What the device is configured to do, as far as a diagnosis needs it. Never a key: only whether there is one."""

from typing import Literal

import msgspec

from nornir_ikediag.model.evidence import Evidence
from nornir_ikediag.model.sa import IkeVersion


class IkePolicy(msgspec.Struct, frozen=True, kw_only=True):
    """`crypto isakmp|ikev1|ikev2 policy N`. IKEv2 may list several algorithms; IKEv1 has one of each.

    ``encryption`` in the device's words (``aes-256``, ``3des``); ``dh_groups`` as digits; ``None`` where the release's
    default applies because no line says otherwise.
    """

    ike_version: IkeVersion
    number: int
    origin: Evidence
    authentication: str | None = None
    encryption: tuple[str, ...] = ()
    hash: tuple[str, ...] = ()  # IKEv2: integrity
    prf: tuple[str, ...] = ()
    dh_groups: tuple[str, ...] = ()
    lifetime_seconds: int | None = None
    lines: tuple[Evidence, ...] = ()


class IpsecProposal(msgspec.Struct, frozen=True, kw_only=True):
    """`crypto ipsec transform-set` (IKEv1) or `crypto ipsec ikev2 ipsec-proposal` (IKEv2)."""

    ike_version: IkeVersion
    name: str
    origin: Evidence
    encryption: tuple[str, ...] = ()
    integrity: tuple[str, ...] = ()
    mode: Literal["tunnel", "transport"] = "tunnel"
    lines: tuple[Evidence, ...] = ()


class CryptoMapEntry(msgspec.Struct, frozen=True, kw_only=True):
    """One sequence number of a static or dynamic crypto map, or (``kind`` vti) an IPsec profile on a tunnel interface,
    whose number and destination are then ``sequence`` and ``peers``; without an interface 0 and none."""

    kind: Literal["static", "dynamic", "vti"]
    name: str
    sequence: int
    origin: Evidence
    access_list: str | None = None
    peers: tuple[str, ...] = ()
    transform_sets: tuple[str, ...] = ()
    ikev2_proposals: tuple[str, ...] = ()
    pfs_group: str | None = None  # digits; 'group2' is printed as 'set pfs' alone on old releases
    connection_type: str | None = None
    dynamic_map: str | None = None
    ikev1_mode: str | None = None  # 'aggressive' where configured
    nat_t: bool = True
    lifetime_seconds: int | None = None
    lifetime_kilobytes: int | None = None
    reverse_route: bool = False
    trustpoint: str | None = None
    interfaces: tuple[str, ...] = ()  # where the map is applied
    lines: tuple[Evidence, ...] = ()


class TunnelInterface(msgspec.Struct, frozen=True, kw_only=True):
    """`interface TunnelN` that an IPsec profile protects: one end of a route-based tunnel (VTI)."""

    name: str
    profile: str
    origin: Evidence
    nameif: str | None = None
    source: str | None = None  # the interface that its packets leave by
    destination: str | None = None  # the peer
    shut: bool = False
    lines: tuple[Evidence, ...] = ()


class TunnelGroup(msgspec.Struct, frozen=True, kw_only=True):
    """`tunnel-group NAME …`. The keys are True when a (masked) key is there, False when the attributes were read and
    hold none, None when they were not read."""

    name: str
    origin: Evidence
    type: str | None = None  # ipsec-l2l, remote-access, ipsec-ra
    default_group_policy: str | None = None
    ikev1_pre_shared_key: bool | None = None
    ikev2_local_authentication: str | None = None  # pre-shared-key, certificate
    ikev2_remote_authentication: str | None = None
    trustpoint: str | None = None
    peer_id_validate: str | None = None
    keepalive: str | None = None
    ikev1_user_authentication: str | None = None
    authentication_server_groups: tuple[str, ...] = ()
    address_pools: tuple[str, ...] = ()
    lines: tuple[Evidence, ...] = ()


class GroupPolicy(msgspec.Struct, frozen=True, kw_only=True):
    """`group-policy NAME attributes`; ``protocols`` are the words after vpn-tunnel-protocol."""

    name: str
    origin: Evidence
    protocols: tuple[str, ...] = ()
    address_pools: tuple[str, ...] = ()
    idle_timeout: str | None = None
    session_timeout: str | None = None
    simultaneous_logins: int | None = None
    filter: str | None = None
    group_lock: str | None = None
    lines: tuple[Evidence, ...] = ()


class AddressPool(msgspec.Struct, frozen=True, kw_only=True):
    """`ip local pool NAME first-last [mask M]`."""

    name: str
    origin: Evidence
    first: str | None = None
    last: str | None = None
    mask: str | None = None


class AccessListEntry(msgspec.Struct, frozen=True, kw_only=True):
    """One line of an access-list that a crypto map names, from this device's view: source is local.

    ``local`` and ``remote`` are networks as in :class:`Selector`, or None where the line uses an unread object.
    """

    name: str
    permit: bool
    origin: Evidence
    protocol: str = "ip"
    local: str | None = None
    remote: str | None = None


class Configuration(msgspec.Struct, frozen=True, kw_only=True):
    """All of it. ``complete`` names the sections that were read to their end (``crypto``, ``tunnel-group``, …):
    the absence of a line proves something only in those."""

    ike_policies: tuple[IkePolicy, ...] = ()
    proposals: tuple[IpsecProposal, ...] = ()
    crypto_maps: tuple[CryptoMapEntry, ...] = ()
    tunnel_interfaces: tuple[TunnelInterface, ...] = ()
    tunnel_groups: tuple[TunnelGroup, ...] = ()
    group_policies: tuple[GroupPolicy, ...] = ()
    address_pools: tuple[AddressPool, ...] = ()
    access_lists: tuple[AccessListEntry, ...] = ()
    ike_enabled: tuple[tuple[IkeVersion, str, Evidence], ...] = ()  # version, interface name, line
    nat_traversal_seconds: int | None = None
    isakmp_identity: str | None = None
    logging_debug_trace: bool | None = None
    names: tuple[tuple[str, str], ...] = ()  # `name ADDRESS NAME`: the name and its address
    complete: frozenset[str] = frozenset()

    def tunnel_group(self, name: str) -> TunnelGroup | None:
        """The tunnel-group of that name, or None."""
        return next((group for group in self.tunnel_groups if group.name == name), None)
