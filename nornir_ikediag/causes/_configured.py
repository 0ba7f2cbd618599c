"""The configuration lines that belong to a tunnel, as evidence beside a finding. Empty where none was read."""

from nornir_ikediag.model.configuration import Configuration, CryptoMapEntry, IkePolicy, IpsecProposal
from nornir_ikediag.model.evidence import Evidence
from nornir_ikediag.model.sa import IkeVersion
from nornir_ikediag.model.tunnel import Tunnel

_FEW = 12
OF_L2TP = "DefaultRAGroup"  # the tunnel-group that serves clients of L2TP, which name none


def read(tunnel: Tunnel) -> Configuration:
    """The device's configuration; an empty one where none was read."""
    return tunnel.device.configuration or Configuration()


def group_lines(tunnel: Tunnel) -> tuple[Evidence, ...]:
    """The lines of the peer's tunnel-group."""
    group = tunnel.configuration.tunnel_group if tunnel.configuration else None
    if group is None and tunnel.tunnel_group:
        group = read(tunnel).tunnel_group(tunnel.tunnel_group)
    return (group.lines or (group.origin,))[:_FEW] if group else ()


def entries(tunnel: Tunnel) -> tuple[CryptoMapEntry, ...]:
    """The crypto map entries that name this peer."""
    return tunnel.configuration.crypto_maps if tunnel.configuration else ()


def map_lines(tunnel: Tunnel) -> tuple[Evidence, ...]:
    """The lines of the crypto map entries that name this peer."""
    return tuple(line for entry in entries(tunnel) for line in (entry.lines or (entry.origin,)))[:_FEW]


def policies(tunnel: Tunnel, version: IkeVersion) -> tuple[IkePolicy, ...]:
    """The IKE policies of this version, by number."""
    mine = (policy for policy in read(tunnel).ike_policies if policy.ike_version == version)
    return tuple(sorted(mine, key=lambda policy: policy.number))


def policy_lines(tunnel: Tunnel, version: IkeVersion) -> tuple[Evidence, ...]:
    """The lines of those policies."""
    lines = (line for policy in policies(tunnel, version) for line in (policy.lines or (policy.origin,)))
    return tuple(lines)[: 2 * _FEW]


def proposals(tunnel: Tunnel, version: IkeVersion) -> tuple[IpsecProposal, ...]:
    """The transform sets or IKEv2 proposals that the peer's entries name."""
    names: set[str] = set()
    for entry in entries(tunnel):
        names.update(entry.ikev2_proposals if version == 2 else entry.transform_sets)
    return tuple(one for one in read(tunnel).proposals if one.ike_version == version and one.name in names)


def proposal_lines(tunnel: Tunnel, version: IkeVersion) -> tuple[Evidence, ...]:
    """The lines of those transform sets, after the map lines that name them."""
    lines = tuple(line for one in proposals(tunnel, version) for line in (one.lines or (one.origin,)))
    return (map_lines(tunnel) + lines)[: 2 * _FEW]


def access_list_lines(tunnel: Tunnel) -> tuple[Evidence, ...]:
    """The lines of the crypto ACLs that the peer's entries name."""
    names = {entry.access_list for entry in entries(tunnel)}
    return tuple(line.origin for line in read(tunnel).access_lists if line.name in names)[:_FEW]


def serves_l2tp(tunnel: Tunnel) -> bool:
    """Whether DefaultRAGroup is configured for clients of L2TP: it has a key, and its policy allows them."""
    group = read(tunnel).tunnel_group(OF_L2TP)
    if group is None or not group.ikev1_pre_shared_key:
        return False
    named = group.default_group_policy or "DfltGrpPolicy"
    return any(one.name == named and "l2tp-ipsec" in one.protocols for one in read(tunnel).group_policies)
