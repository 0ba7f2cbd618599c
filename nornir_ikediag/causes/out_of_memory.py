"""The device refuses tunnels for lack of memory.

What you see
`memory resources are critical, IKE key acquire message … ignored`, `Tunnel Manager failed to dispatch a KEY_ACQUIRE
message. Memory may be low`, `Failed to allocate memory`, `SA rejected due to system resource low`.

What it means
The box, or the blocks of one size, have run out. Tunnels that are up stay; new ones are refused.

How to be sure
`show memory`, `show blocks`: is the free memory or a LOW column near zero? Since when?

How to fix it
Find what eats it (sessions, inspections, a leak of this release); a reload in a window helps for a while.

References
- Cisco ASA syslog messages guide
- asa-syslog: 713176, 752005, 750008, 750003
"""

from nornir_ikediag.causes._box import said
from nornir_ikediag.causes._steps import read
from nornir_ikediag.causes._wording import few
from nornir_ikediag.model.device import Device
from nornir_ikediag.model.event import Event, EventKind
from nornir_ikediag.model.verdict import Cause, Found, RuledOut, Verdict

CAUSE = Cause(
    title="The device is out of memory",
    family="resource",
    severity="critical",
    needs=("log",),
    explains=("tunnel-down", "tunnel-negotiating", "phase2-missing", "negotiation-overload", "undetermined"),
)


_KINDS = (EventKind.OUT_OF_MEMORY, EventKind.KEY_ACQUIRE_FAILED, EventKind.KEY_ACQUIRE_IGNORED)


def match(device: Device) -> Verdict:
    """The device refuses or ignores for lack of memory."""
    refused = said(device, *_KINDS, meant=_is_about_memory)
    if not refused:
        return RuledOut()
    last = refused.events[-1]
    return Found(
        summary="The device refuses tunnels for lack of memory",
        explanation="It says so itself; the peer and the configuration may be in order.",
        evidence=few(tuple(reversed(refused.events))),
        confidence="certain" if last.trust != "supposed" else "likely",
        side="local",
        next_steps=(
            read("show memory", "see how much is free"),
            read("show blocks", "see whether one size of blocks has run out"),
            read("show version | include up", "see how long it has been up: a leak takes time"),
        ),
        count=len(refused.events),
        seen=refused.events,
        peers=refused.peers,
    )


def _is_about_memory(event: Event) -> bool:
    return event.kind is EventKind.OUT_OF_MEMORY or event.get("reason") == "memory"
