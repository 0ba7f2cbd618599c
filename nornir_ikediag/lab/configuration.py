"""The running configuration of a simulated firewall, written from the tunnels that it has: one truth.

Keys are masked, as `show running-config` masks them. ``Context.extra_configuration`` adds lines to a section.
"""

from collections.abc import Sequence

from nornir_ikediag.lab.command import Handler
from nornir_ikediag.lab.device import SEVERITIES, Context
from nornir_ikediag.lab.terminal import Terminal
from nornir_ikediag.lab.tunnel import Tunnel, network

DYNAMIC_MAP, DYNAMIC_SEQUENCE = "DYN_MAP", 65000


def section(name: str) -> "Handler":
    """The handler of `show running-config <name> [which]`."""

    def run(session: Terminal, words: list[str]) -> Sequence[str]:
        extra = session.context.extra_configuration.get(name, ())
        return [*_SECTIONS[name](session.context, *words), *extra]

    return run


def _all_crypto(context: Context) -> list[str]:
    return [*_ipsec(context), *_maps(context), *_ike(context, 1), *_ike(context, 2)]


def _ipsec(context: Context) -> list[str]:
    new = context.device.speaks_ikev2
    lines: dict[str, None] = {}
    for tunnel in context.tunnels:
        esp = tunnel.ipsec
        if tunnel.ike_version == 1:
            word = "ikev1 " if new else ""
            lines[f"crypto ipsec {word}transform-set {tunnel.transform_set} {esp.encryption} {esp.integrity} "] = None
        else:
            integrity = esp.integrity.removeprefix("esp-").removesuffix("-hmac")
            lines[f"crypto ipsec ikev2 ipsec-proposal {tunnel.transform_set}"] = None
            lines[f" protocol esp encryption {esp.encryption.removeprefix('esp-')}"] = None
            lines[f" protocol esp integrity {'sha-1' if integrity == 'sha' else integrity}"] = None
    for tunnel in context.tunnels:
        if tunnel.interface:
            kind = "ikev2 ipsec-proposal" if tunnel.ike_version == 2 else "ikev1 transform-set"
            lines[f"crypto ipsec profile {_profile(tunnel)}"] = None
            lines[f" set {kind} {tunnel.transform_set}"] = None
    for tunnel in context.tunnels[:1]:
        lines[f"crypto ipsec security-association lifetime seconds {tunnel.ipsec.lifetime_seconds}"] = None
        lines[f"crypto ipsec security-association lifetime kilobytes {tunnel.ipsec.lifetime_kilobytes}"] = None
    return list(lines)


def _profile(tunnel: Tunnel) -> str:
    return f"VTI-PROFILE-{tunnel.interface}"


def _interfaces(context: Context) -> list[str]:
    lines = ["interface GigabitEthernet1/1", " nameif outside", " security-level 0"]
    lines += [f" ip address {context.address} 255.255.255.0 ", "!"]
    lines += ["interface GigabitEthernet1/2", " nameif inside", " security-level 100"]
    lines += [f" ip address {context.inside} 255.255.0.0 ", "!"]
    for tunnel in context.tunnels:
        if tunnel.interface:
            lines += [f"interface Tunnel{tunnel.interface}", f" nameif vti-{tunnel.interface}"]
            lines += [f" ip address 10.255.{tunnel.interface}.1 255.255.255.252 ", " tunnel source interface outside"]
            lines += [f" tunnel destination {tunnel.peer}", " tunnel mode ipsec ipv4"]
            lines += [f" tunnel protection ipsec profile {_profile(tunnel)}", "!"]
    return lines


def _maps(context: Context) -> list[str]:
    word = "ikev1 " if context.device.speaks_ikev2 else ""
    lines: list[str] = []
    fixed = [t for t in context.tunnels if not t.user and not t.interface]
    dynamic = next((t for t in context.tunnels if t.user), None)
    if dynamic:
        lines += [f"crypto dynamic-map {DYNAMIC_MAP} 10 set {word}transform-set {dynamic.transform_set}"]
        lines += [f"crypto dynamic-map {DYNAMIC_MAP} 10 set reverse-route"]
    for tunnel in fixed:
        head = f"crypto map {tunnel.map_name} {tunnel.sequence}"
        lines += [f"{head} match address {tunnel.access_list}"]
        if tunnel.ipsec.pfs_group:
            lines += [f"{head} set pfs group{tunnel.ipsec.pfs_group}"]
        lines += [f"{head} set peer {tunnel.peer} "]
        kind = "ikev2 ipsec-proposal" if tunnel.ike_version == 2 else f"{word}transform-set"
        lines += [f"{head} set {kind} {tunnel.transform_set}"]
    name = fixed[0].map_name if fixed else "OUTSIDE_MAP"
    if dynamic:
        lines += [f"crypto map {name} {DYNAMIC_SEQUENCE} ipsec-isakmp dynamic {DYNAMIC_MAP}"]
    if context.map_bound and lines:
        lines += [f"crypto map {name} interface outside"]
    return lines


def _ike(context: Context, version: int) -> list[str]:
    tunnels = [t for t in context.tunnels if t.ike_version == version]
    if not tunnels:
        return []
    word = f"ikev{version}" if context.device.speaks_ikev2 else "isakmp"
    lines = [f"crypto {word} enable outside"]
    for number, ike in enumerate(dict.fromkeys(t.ike for t in tunnels), 1):
        lines += [f"crypto {word} policy {number * 10}"]
        if version == 1:
            lines += [f" authentication {ike.authentication}", f" encryption {ike.encryption}", f" hash {ike.hash}"]
            lines += [f" group {ike.dh_group}", f" lifetime {ike.lifetime_seconds}"]
        else:
            lines += [f" encryption {ike.encryption}", f" integrity {ike.hash}", f" group {ike.dh_group}"]
            lines += [f" prf {ike.prf or ike.hash}", f" lifetime seconds {ike.lifetime_seconds}"]
    return lines


def _groups(context: Context, *names: str) -> list[str]:
    lines: list[str] = []
    written: set[str] = set()
    for tunnel in context.tunnels:
        name = tunnel.group_name
        if not tunnel.has_tunnel_group or name in written or (names and name != names[0]):
            continue
        written.add(name)
        lines += [f"tunnel-group {name} type {'remote-access' if tunnel.user else 'ipsec-l2l'}"]
        lines += _general(context, tunnel)
        lines += [f"tunnel-group {name} ipsec-attributes", *(f" {line}" for line in _keys(context, tunnel))]
    return lines


def _general(context: Context, tunnel: Tunnel) -> list[str]:
    attributes = [f" address-pool {context.pool[0]}"] if tunnel.user else []
    attributes += [f" default-group-policy {_policy_name(tunnel)}"] if tunnel.user or tunnel.idle_timeout else []
    return [f"tunnel-group {tunnel.group_name} general-attributes", *attributes] if attributes else []


def _keys(context: Context, tunnel: Tunnel) -> list[str]:
    if not context.device.speaks_ikev2:
        return ["pre-shared-key *****"]
    if tunnel.ike_version == 1:
        return ["ikev1 pre-shared-key *****"]
    return ["ikev2 remote-authentication pre-shared-key *****", "ikev2 local-authentication pre-shared-key *****"]


def _policy_name(tunnel: Tunnel) -> str:
    return f"{tunnel.group_name.upper()}-POLICY" if tunnel.user else f"L2L-{tunnel.sequence}"


def _policies(context: Context, *names: str) -> list[str]:
    lines: list[str] = []
    written: set[str] = set()
    for tunnel in context.tunnels:
        name = _policy_name(tunnel)
        if not (tunnel.user or tunnel.idle_timeout) or name in written or (names and name != names[0]):
            continue
        written.add(name)
        protocol = f"ikev{tunnel.ike_version}" if context.device.speaks_ikev2 else "IPSec"
        lines += [f"group-policy {name} internal", f"group-policy {name} attributes"]
        lines += [" dns-server value 10.10.0.53"] if tunnel.user else []
        lines += [f" vpn-idle-timeout {tunnel.idle_timeout}"] if tunnel.idle_timeout else []
        lines += [f" vpn-tunnel-protocol {protocol} "]
        lines += [" default-domain value example.net"] if tunnel.user else []
    return lines


def _lists(context: Context, *names: str) -> list[str]:
    lines = []
    for tunnel in context.tunnels:
        if not (tunnel.user or tunnel.interface) and (not names or tunnel.access_list == names[0]):
            source, destination = " ".join(network(tunnel.local)), " ".join(network(tunnel.remote))
            lines.append(f"access-list {tunnel.access_list} extended permit ip {source} {destination} ")
    return lines


def _pools(context: Context) -> list[str]:
    if not any(t.user for t in context.tunnels):
        return []
    name, first, last = context.pool
    return [f"ip local pool {name} {first}-{last} mask 255.255.255.0"]


def _logging(context: Context) -> list[str]:
    lines = []
    if context.logging_level is not None:
        level = SEVERITIES[context.logging_level]
        lines += ["logging enable", "logging timestamp", f"logging buffered {level}"]
    if context.debug_trace:
        lines += ["logging debug-trace" + (" persistent" if context.outliving is not None else "")]
    return lines


_SECTIONS = {
    "crypto": _all_crypto,
    "crypto map": _maps,
    "crypto ipsec": _ipsec,
    "crypto isakmp": lambda context: _ike(context, 1),
    "crypto ikev1": lambda context: _ike(context, 1),
    "crypto ikev2": lambda context: _ike(context, 2),
    "tunnel-group": _groups,
    "group-policy": _policies,
    "access-list": _lists,
    "interface": _interfaces,
    "ip local pool": _pools,
    "logging": _logging,
}
