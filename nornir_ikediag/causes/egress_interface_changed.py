"""The route to the peer moved to another interface.

What you see
`Attempting to establish a phase2 tunnel on … interface but phase1 tunnel is on … interface. Tearing down old phase1
tunnel due to a potential routing change.`

What it means
The device sees the peer behind another interface than the one that the IKE SA was built on: the primary uplink
failed, a tracked route flaps, or a routing protocol learnt a better path.

How to be sure
`show route` for the peer, `show track`, and the log of the uplink's interface at that time.

How to fix it
Mend the uplink or the tracking. For two uplinks bind the crypto map to both and enable IKE on both, and have the peer
accept both addresses.

References
- Cisco ASA command reference, `crypto map interface`
- asa-syslog: 713258
"""

from nornir_ikediag.causes import _steps
from nornir_ikediag.causes._attempts import capped, nothing
from nornir_ikediag.causes._life import events_of, is_back
from nornir_ikediag.causes._wording import few, times
from nornir_ikediag.model.event import EventKind
from nornir_ikediag.model.tunnel import Tunnel
from nornir_ikediag.model.verdict import Cause, Found, Verdict

CAUSE = Cause(
    title="The route to the peer moved to another interface",
    family="lifecycle",
    severity="error",
    needs=("log",),
    explains=(
        "tunnel-down", "tunnel-flapping", "dead-peer-detected", "peer-no-reply", "tunnel-negotiating",
        "deleted-by-peer", "rekey-failed", "undetermined",
    ),
)  # fmt: skip

_FLAPS = 3


def match(tunnel: Tunnel) -> Verdict:
    """The device says that the interface changed. One move that the tunnel survived is a note; several are a flapping
    route."""
    moves = events_of(tunnel, EventKind.INTERFACE_CHANGED)
    if not moves:
        return nothing(tunnel)
    last = moves[-1]
    names = [name for name in (last.get("before"), last.get("after")) if name]
    between = f" from {names[0]} to {names[1]}" if len(names) == 2 else ""
    back = is_back(tunnel)
    return Found(
        summary=f"The route to the peer moved{between}{f', {times(len(moves))}' if len(moves) > 1 else ''}"
        + ("; the tunnel is up again" if back else ""),
        explanation="The IKE SA was built on one interface, and the device now reaches the peer through another.",
        evidence=few(tuple(reversed(moves))),
        confidence=capped("certain", last),
        side="local",
        severity="info" if back and len(moves) < _FLAPS else None,
        next_steps=(
            _steps.read(f"show route {tunnel.peer}", "see which interface leads to the peer now"),
            _steps.read("show track", "see whether a tracked route has failed over"),
            _steps.read("show running-config crypto map | include interface", "see where crypto maps are bound"),
        ),
        ask_peer=("Do you accept both of our public addresses as a peer?",),
        count=len(moves),
        seen=moves,
    )
