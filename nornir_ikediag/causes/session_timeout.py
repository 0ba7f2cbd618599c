"""The tunnel reached its maximum connect time.

What you see
A session that ends for `Max Time Exceeded` or `IPSec SA Max Time Exceeded`.

What it means
`vpn-session-timeout` of the group-policy passed since the session began, traffic or not.

How to be sure
The duration of the session in the same line equals the limit of the group-policy.

How to fix it
Nothing, if the limit is meant. Else `vpn-session-timeout none` for the group-policy of LAN-to-LAN tunnels.

References
- Cisco ASA command reference, `vpn-session-timeout`
- asa-syslog: 113019, 713050, 713259
"""

from nornir_ikediag.causes import _steps
from nornir_ikediag.causes._attempts import capped, nothing
from nornir_ikediag.causes._life import ends, is_back, lines_of, occasions
from nornir_ikediag.causes._wording import few
from nornir_ikediag.model.tunnel import Tunnel
from nornir_ikediag.model.verdict import Cause, Found, Verdict

CAUSE = Cause(
    title="The tunnel reached its maximum connect time",
    family="lifecycle",
    severity="info",
    needs=("log",),
    explains=("tunnel-down", "tunnel-flapping", "deleted-by-peer", "undetermined"),
)


def match(tunnel: Tunnel) -> Verdict:
    """The teardown names the connect time."""
    over = ends(tunnel, reason=r"max(?:imum)?[ -](?:connect )?time|session timeout|max time")
    if not over:
        return nothing(tunnel)
    policy = tunnel.configuration.group_policy if tunnel.configuration else None
    limit = f" ({policy.session_timeout} minutes by {policy.name})" if policy and policy.session_timeout else ""
    then = "; it is up again" if is_back(tunnel) else ""
    return Found(
        summary=f"The tunnel reached its maximum connect time{limit}{then}",
        explanation="The group-policy limits how long a session may last, whatever its traffic.",
        evidence=few(lines_of(over)),
        confidence=capped("certain", over[-1].event),
        side="local",
        negotiation=over[-1].negotiation,
        configuration=policy.lines[:6] if policy else (),
        next_steps=(_steps.read("show running-config group-policy", "see vpn-session-timeout of this peer's policy"),),
        count=len(occasions(over)),
        seen=tuple(end.event for end in over),
    )
