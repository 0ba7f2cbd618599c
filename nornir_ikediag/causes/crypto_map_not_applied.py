"""No crypto map is bound to the interface in question.

What you see
`No crypto map bound to interface... dropping pkt` whenever the peer calls; nothing at all when the traffic is ours. In
the configuration `crypto map NAME interface …` is missing.

What it means
The device accepts and starts IPsec only where a crypto map is bound. It drops the peer's first message without an
answer, and lets our traffic pass unencrypted or drops it for lack of a route.

How to be sure
`show running-config crypto map | include interface`: exactly one map can be bound to an interface.

How to fix it
Bind the map to the interface that the peer reaches. If another map is bound there already, move the entry into that
map: binding a second one replaces the first, with all its tunnels.

References
- Cisco ASA command reference, `crypto map interface`
- asa-debug: "No crypto map bound to interface... dropping pkt"
"""

from nornir_ikediag.causes import _steps
from nornir_ikediag.causes._attempts import nothing
from nornir_ikediag.causes._configured import map_lines
from nornir_ikediag.causes._setup import static_entries, suspect
from nornir_ikediag.model.event import EventKind
from nornir_ikediag.model.tunnel import Tunnel
from nornir_ikediag.model.verdict import Cause, Found, Verdict

CAUSE = Cause(
    title="No crypto map is bound to the interface",
    family="configuration",
    severity="critical",
    needs=("log", "configuration"),
    explains=(
        "tunnel-down", "tunnel-negotiating", "peer-no-reply", "reply-path-blocked", "traffic-not-selected",
        "tunnel-flapping", "undetermined",
    ),
)  # fmt: skip


def match(tunnel: Tunnel) -> Verdict:
    """The line that says so, or a map of the configuration that is bound nowhere."""
    found = suspect(tunnel, "crypto-map-not-applied", EventKind.CRYPTO_MAP_NOT_BOUND)
    if found is None:
        return nothing(tunnel)
    entry = next(iter(static_entries(tunnel)), None)
    name = entry.name if entry else "NAME"
    return Found(
        summary=f"The crypto map {name} is bound to no interface"
        if found.by_configuration
        else "No crypto map is bound to the interface where the peer's packets arrive",
        explanation="Without a bound crypto map the device neither answers the peer nor encrypts our traffic.",
        evidence=found.evidence,
        confidence=found.confidence,
        side="local",
        negotiation=found.attempt,
        configuration=map_lines(tunnel),
        next_steps=(
            _steps.read("show running-config crypto map | include interface", "see which map is bound where"),
            _steps.read(f"show route {tunnel.peer}", "see which interface leads to the peer"),
        ),
        count=found.count,
        seen=found.seen,
    )
