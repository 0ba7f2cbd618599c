"""What to type next, in the spelling of the device's release. Nothing here touches another tunnel: resets name the
peer, a crypto map is never re-applied, and what changes the configuration is a proposal for a person to decide.

The IKEv1 keyword is `ikev1` from 8.4 on and `isakmp` before (Cisco ASA command reference).
"""

import ipaddress
import re

from nornir_ikediag.model.sa import IkeVersion, Selectors
from nornir_ikediag.model.tunnel import Tunnel
from nornir_ikediag.model.verdict import Step


def version_of(tunnel: Tunnel) -> IkeVersion:
    """The IKE version that this tunnel speaks, as far as anything says so; else 1."""
    if tunnel.ike_version is not None:
        return tunnel.ike_version
    return next((one.ike_version for one in reversed(tunnel.negotiations)), 1)


def is_old(tunnel: Tunnel) -> bool:
    """Whether the release, or else the configuration's own spelling, says that `isakmp` is the keyword."""
    release = re.match(r"(\d+)\.(\d+)", tunnel.device.software or "")
    if release is not None:
        return (int(release[1]), int(release[2])) < (8, 4)
    configuration = tunnel.device.configuration
    lines = [policy.origin.text for policy in configuration.ike_policies] if configuration else []
    return any("isakmp policy" in line for line in lines)


def _is_new(tunnel: Tunnel) -> bool:
    """Whether the release, or else the configuration's own spelling, says that `ikev1` is the keyword."""
    if re.match(r"\d+\.\d+", tunnel.device.software or ""):
        return not is_old(tunnel)
    configuration = tunnel.device.configuration
    return configuration is not None and any("ikev1 policy" in one.origin.text for one in configuration.ike_policies)


def keyword(tunnel: Tunnel) -> str:
    """`ikev2`, `ikev1` or, on old releases, `isakmp`."""
    if version_of(tunnel) == 2:
        return "ikev2"
    return "isakmp" if is_old(tunnel) else "ikev1"


def attribute_prefix(tunnel: Tunnel) -> str:
    """What stands before `pre-shared-key` and `trust-point` under `tunnel-group … ipsec-attributes`."""
    return "" if is_old(tunnel) else "ikev1 "


def group_name(tunnel: Tunnel) -> str:
    """The tunnel-group that serves this peer; without anything better, the peer's own address."""
    configured = tunnel.configuration.tunnel_group if tunnel.configuration else None
    return tunnel.tunnel_group or (configured.name if configured else tunnel.peer)


def entry_name(tunnel: Tunnel) -> str:
    """`NAME SEQUENCE` of the peer's crypto map entry, or a placeholder."""
    maps = tunnel.configuration.crypto_maps if tunnel.configuration else ()
    static = next((entry for entry in maps if entry.kind == "static"), None)
    return f"{static.name} {static.sequence}" if static else "<map> <sequence>"


def _profile(tunnel: Tunnel) -> str:
    """The IPsec profile of the peer's tunnel interface; empty for a tunnel of a crypto map."""
    maps = tunnel.configuration.crypto_maps if tunnel.configuration else ()
    only_profiles = all(entry.kind == "vti" for entry in maps)
    named = next((entry.name for entry in maps if only_profiles), "")
    return named or next((one.profile for one in tunnel.interfaces if not maps), "")


def change_entry(tunnel: Tunnel, setting: str, why: str, negated: str = "") -> tuple[Step, ...]:
    """A setting of the peer's crypto map entry, or of its IPsec profile; ``negated`` is `no ` to take it out."""
    profile = _profile(tunnel)
    if not profile:
        return (change(f"{negated}crypto map {entry_name(tunnel)} {setting}", why),)
    mode = change(f"crypto ipsec profile {profile}", "the profile of the tunnel interface; others may use it too")
    return (mode, change(f"{negated}{setting}", why))


def names_address(tunnel: Tunnel) -> bool:
    """Whether the peer is an address. Somebody may have asked for a user or a tunnel-group that nothing was seen of."""
    try:
        ipaddress.ip_address(tunnel.peer)
    except ValueError:
        return False
    return True


def read(command: str, why: str) -> Step:
    """A step that only reads."""
    return Step(command, "read-only", why)


def change(command: str, why: str) -> Step:
    """A proposed change of the configuration. ``why`` says what it does to both ends."""
    return Step(command, "changes-configuration", why)


def show_ike_sa(tunnel: Tunnel, why: str = "see how far the negotiation comes now") -> Step:
    """The state of the IKE SA. `isakmp` answers on every release, from 8.4 on for both versions."""
    spelled = keyword(tunnel) if version_of(tunnel) == 2 or _is_new(tunnel) else "isakmp"
    return read(f"show crypto {spelled} sa detail", why)


def show_policies(tunnel: Tunnel, why: str = "compare our IKE policies with the peer's") -> Step:
    """The IKE policies."""
    return read(f"show running-config crypto {keyword(tunnel)}", why)


def show_map(tunnel: Tunnel, why: str = "") -> Step:
    """The lines of the peer's crypto map entry; where its number is not known, the line that tells it. A tunnel
    interface has an IPsec profile in place of the entry: the settings that ``why`` asks for stand there."""
    if _profile(tunnel) and (why or not tunnel.interfaces):
        return read("show running-config crypto ipsec", why or "see the IPsec profile of this peer")
    if tunnel.interfaces:
        name = tunnel.interfaces[0].name
        return read(f"show running-config interface {name}", "see the tunnel interface of this peer")
    why = why or "see this peer's entry"
    name = entry_name(tunnel)
    if "<" in name:
        why = f"tells the entry's name and number; include those instead to {why}"
        return read(f"show running-config crypto map | include {tunnel.peer}", why)
    return read(f"show running-config crypto map | include {name}", why)


def show_group(tunnel: Tunnel, why: str = "see the tunnel-group of this peer", group: str = "") -> Step:
    """The tunnel-group; the device masks the key. Without its name, that of a user may be any."""
    if tunnel.username and not (group or tunnel.tunnel_group):
        return read("show running-config tunnel-group", why)
    return read(f"show running-config tunnel-group {group or group_name(tunnel)}", why)


def show_child(tunnel: Tunnel, why: str = "see which child SAs exist and what they carry") -> Step:
    """The child SAs of this peer alone."""
    return read(f"show crypto ipsec sa peer {tunnel.peer}", why)


def show_access_list(tunnel: Tunnel, why: str = "see which networks we protect for this peer") -> Step:
    """The crypto ACL of the peer's map entry, or how to find its name."""
    entries = tunnel.configuration.crypto_maps if tunnel.configuration else ()
    name = next((entry.access_list for entry in entries if entry.access_list), None)
    if name is None:
        why = f"tells this peer's ACL by the number of its entry; show that to {why}"
        return read(f"show running-config crypto map | include {tunnel.peer}|match address", why)
    return read(f"show running-config access-list {name}", why)


def show_logging(tunnel: Tunnel, why: str = "read what the device logged about this peer") -> Step:
    """The buffered log's lines about this peer."""
    return read(f"show logging | include {tunnel.peer}", why)


def packet_tracer(pair: Selectors | None = None, icmp_type: int = 8) -> str:
    """A packet of the protected networks, as far as they are known: 8 is an echo, 0 its answer. The hosts are for a
    person to choose: an address of the device itself would be dropped."""
    source, destination = (
        (f"<host of {pair.local.network}>", f"<host of {pair.remote.network}>")
        if pair is not None
        else ("<source>", "<destination>")
    )
    return f"packet-tracer input <inside> icmp {source} {icmp_type} 0 {destination} detailed"


def reset(tunnel: Tunnel, why: str = "start this tunnel afresh once both ends agree; it drops this peer only") -> Step:
    """Remove the SAs of this peer and no other's."""
    command = f"clear crypto {keyword(tunnel)} sa {tunnel.peer}"
    version_known = tunnel.ike_version is not None or bool(tunnel.negotiations)
    # `clear crypto isakmp sa` of old releases takes no peer and drops everybody
    if keyword(tunnel) == "isakmp" or not version_known:
        command = f"clear crypto ipsec sa peer {tunnel.peer}"
    return Step(command, "resets-this-tunnel", why)
