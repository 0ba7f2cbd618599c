"""The interface of the crypto map is down, or there is no route to the peer.

What you see
`show interface` says down for the interface that the crypto map is bound to; `show route` knows no way to the peer.
All tunnels of that interface are gone at once.

What it means
The tunnels are the victims. The fault is a cable, a switch port, the provider, or the routing.

How to be sure
`show interface`, `show route` for the peer, the log of the interface (411001 to 411004).

How to fix it
Mend the uplink; the tunnels come back with traffic.

References
- RFC 4301 section 4.1 (an SA needs a path between its two end points)
- asa-syslog: 411002, 411004, 713260
"""

from nornir_ikediag.causes._steps import read
from nornir_ikediag.causes._wording import few, join, plural
from nornir_ikediag.model.device import Device
from nornir_ikediag.model.evidence import Evidence
from nornir_ikediag.model.tunnel import Tunnel
from nornir_ikediag.model.verdict import Cause, Found, RuledOut, Verdict

CAUSE = Cause(
    title="The uplink is down, or there is no route to the peer",
    family="reachability",
    severity="critical",
    needs=("interface_ip_brief", "route", "configuration"),
    explains=(
        "peer-no-reply", "peer-stopped-answering", "reply-path-blocked", "dead-peer-detected", "tunnel-down",
        "tunnel-negotiating", "tunnel-flapping", "egress-interface-changed", "phase2-no-response", "rekey-failed",
        "traffic-not-selected", "ike-not-enabled", "fragment-loss", "nat-t-port-blocked", "undetermined",
    ),
)  # fmt: skip

_GONE = ("down", "negotiating", "idle", "unknown")
_FEW = 5


def match(device: Device) -> Verdict:
    """Tunnels without SAs whose interface is down, or to whose peer no route leads. A tunnel that is up proves that its
    path is there, whatever the output seems to say."""
    down = {
        name: one.origin
        for one in device.facts.interfaces
        if one.line_up is False or one.protocol_up is False
        for name in (one.name, one.nameif, one.address)
        if name is not None
    }
    unrouted = {one.destination: one.origin for one in device.facts.routes if one.interface is None}
    behind = {tunnel.peer: line for tunnel in device.tunnels if (line := _down_line(tunnel, down))}
    lost = {tunnel.peer: line for tunnel in device.tunnels if (line := unrouted.get(tunnel.peer))}
    living = {tunnel.peer for tunnel in device.tunnels if tunnel.state not in _GONE}
    if living & set(behind):  # the names do not mean what they seem to
        behind = {}
    peers = [
        tunnel.peer for tunnel in device.tunnels if tunnel.peer in {**lost, **behind} and tunnel.peer not in living
    ]
    if not peers:
        return RuledOut()
    by_interface = peers[0] in behind
    names = join(peers[:_FEW]) + (f" and {len(peers) - _FEW} more" if len(peers) > _FEW else "")
    what = "The interface of the crypto map is down" if by_interface else "There is no route"
    return Found(
        summary=f"{what}: {plural(len(peers), 'tunnel')} cannot come up ({names})",
        explanation="Without the interface and a route no packet leaves for these peers.",
        evidence=few([{**lost, **behind}[peer] for peer in peers]),
        confidence="certain" if by_interface else "likely",
        side="local" if not by_interface else "path",
        next_steps=(
            read("show interface", "see whether the port is down, and since when"),
            read(f"show route {peers[0]}", "see whether a route leads to the peer now"),
            read("show logging | include 41100", "see when the interface went down"),
        ),
        peers=tuple(peers),
    )


def _down_line(tunnel: Tunnel, down: dict[str, Evidence]) -> Evidence | None:
    """The line of the interface that the tunnel needs, if it is down. `show interface ip brief` names interfaces by
    their port, so our own address, where the log or an earlier SA shows it, leads there too."""
    entries = tunnel.configuration.crypto_maps if tunnel.configuration else ()
    names: list[str | None] = [name for entry in entries if entry.kind != "dynamic" for name in entry.interfaces]
    own = [one.local for one in reversed(tunnel.negotiations)]
    own += [child.local for child in (tunnel.before.child_sas if tunnel.before else ())]
    address = next((local for local in own if local), None)
    if address in down:
        return down[address]
    lines = [down.get(name) for name in names if name]
    return lines[0] if lines and all(lines) else None
