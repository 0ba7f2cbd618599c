"""The tunnel was closed for lack of traffic.

What you see
A session that ends for `Idle Timeout` or `IPSec SA Idle Timeout`.

What it means
`vpn-idle-timeout` of the group-policy (30 minutes by default) passed without traffic. The tunnel comes back with the
next packet of the protected networks, which is lost or late.

How to be sure
The duration and the byte counts of the session, and the group-policy, agree with the idle time.

How to fix it
Nothing. If the tunnel must stay up, set `vpn-idle-timeout none` for its group-policy, or send keepalive traffic.

References
- Cisco ASA command reference, `vpn-idle-timeout`
- asa-syslog: 113019, 713050, 713259
"""

from nornir_ikediag.causes import _steps
from nornir_ikediag.causes._attempts import capped, nothing
from nornir_ikediag.causes._life import ends, is_back, lines_of, occasions
from nornir_ikediag.causes._wording import few
from nornir_ikediag.model.event import EventKind
from nornir_ikediag.model.tunnel import Tunnel
from nornir_ikediag.model.verdict import Cause, Found, Verdict

CAUSE = Cause(
    title="The tunnel was closed for lack of traffic",
    family="lifecycle",
    severity="info",
    needs=("log",),
    explains=("tunnel-down", "tunnel-flapping", "deleted-by-peer", "undetermined"),
)


def match(tunnel: Tunnel) -> Verdict:
    """The teardown names the idle time."""
    idle = ends(tunnel, EventKind.IDLE_TIMEOUT, reason=r"idle")
    if not idle:
        return nothing(tunnel)
    policy = tunnel.configuration.group_policy if tunnel.configuration else None
    limit = f" ({policy.idle_timeout} minutes by {policy.name})" if policy and policy.idle_timeout else ""
    then = "; it is up again" if is_back(tunnel) else "; it comes back with the next traffic"
    return Found(
        summary=f"The tunnel was closed for lack of traffic{limit}{then}",
        explanation="Nothing was sent for as long as the group-policy allows, so the device closed the tunnel.",
        evidence=few(lines_of(idle)),
        confidence=capped("certain", idle[-1].event),
        side="local",
        negotiation=idle[-1].negotiation,
        configuration=policy.lines[:6] if policy else (),
        next_steps=(_steps.read("show running-config group-policy", "see vpn-idle-timeout of this peer's policy"),),
        count=len(occasions(idle)),
        seen=tuple(end.event for end in idle),
    )
