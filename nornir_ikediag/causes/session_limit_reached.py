"""A licence or a configured limit refuses further tunnels.

What you see
`Maximum number of … sessions reached`-like lines, `Tunnel Rejected: … limit`, a session that is refused while the
peer count of `show version` or `vpn-sessiondb max-session-limit` is used up.

What it means
The device counts as many sessions as its model, its licence or its configuration allows. New tunnels are refused, also
the rebuild of old ones.

How to be sure
`show vpn-sessiondb summary` shows active sessions beside the limits; `show version` the licence.

How to fix it
End sessions that nobody needs, raise the configured limit, or buy what is missing.

References
- Cisco ASA command reference, `vpn-sessiondb max-session-limit`
- asa-syslog: 113001, 713191, 713239, 316001, 113029
"""

from nornir_ikediag.causes._box import said
from nornir_ikediag.causes._steps import read
from nornir_ikediag.causes._wording import after_colon, few
from nornir_ikediag.model.device import Device
from nornir_ikediag.model.event import EventKind
from nornir_ikediag.model.verdict import Cause, Found, RuledOut, Verdict

CAUSE = Cause(
    title="A session limit is reached",
    family="resource",
    severity="critical",
    needs=("log",),
    explains=("tunnel-down", "tunnel-negotiating", "phase2-missing", "child-sa-rejected-by-peer", "undetermined"),
)


def match(device: Device) -> Verdict:
    """The device refuses for a limit."""
    refused = said(device, EventKind.LIMIT_REACHED)
    if not refused:
        return RuledOut()
    last = refused.events[-1]
    kind = "licence" if last.get("what") == "licence" else "limit"
    return Found(
        summary=f"The device refuses tunnels: its session {kind} is reached{after_colon(last.get('limit'))}",
        explanation="As many sessions are up as this device may have; further ones are refused whoever asks.",
        evidence=few(tuple(reversed(refused.events))),
        confidence="certain" if last.trust != "supposed" else "likely",
        side="local",
        next_steps=(
            read("show vpn-sessiondb summary", "see active sessions beside their limits"),
            read("show version | include VPN|Licens", "see what this device is licensed for"),
            read("show running-config vpn-sessiondb", "see whether somebody configured a lower limit"),
        ),
        count=len(refused.events),
        seen=refused.events,
        peers=refused.peers,
    )
