"""The group-policy does not allow this VPN protocol.

What you see
`Tunnel Rejected: Conflicting protocols specified by tunnel-group and group-policy`, in IKEv2 `Tunnel rejected: IKEv2
not enabled in group policy`, after phase 1 came up.

What it means
`vpn-tunnel-protocol` of the tunnel-group's default group-policy, or of DfltGrpPolicy where it has none, lacks `ikev1`
(`IPSec` on old releases) or `ikev2`.

How to be sure
`show running-config group-policy` and `show running-config tunnel-group` name the policy and its protocols.

How to fix it
Add the protocol to the policy of this group. DfltGrpPolicy serves everybody who has no policy: give this group its own
instead of changing that.

References
- Cisco ASA command reference, `vpn-tunnel-protocol`
- asa-syslog: 713206, 751008
"""

from nornir_ikediag.causes import _steps
from nornir_ikediag.causes._attempts import nothing
from nornir_ikediag.causes._configured import group_lines
from nornir_ikediag.causes._setup import suspect
from nornir_ikediag.model.event import EventKind
from nornir_ikediag.model.tunnel import Tunnel
from nornir_ikediag.model.verdict import Cause, Found, Verdict

CAUSE = Cause(
    title="The group-policy does not allow this VPN protocol",
    family="configuration",
    severity="critical",
    needs=("log", "configuration"),
    explains=(
        "tunnel-down", "tunnel-negotiating", "phase2-missing", "child-sa-rejected-by-peer", "deleted-by-peer",
        "tunnel-flapping", "undetermined",
    ),
)  # fmt: skip


def match(tunnel: Tunnel) -> Verdict:
    """A line that says so, or a group-policy of the configuration without the protocol that the entry offers."""
    found = suspect(tunnel, "vpn-protocol-not-allowed", EventKind.PROTOCOL_NOT_ALLOWED)
    if found is None:
        return nothing(tunnel)
    policy = tunnel.configuration.group_policy if tunnel.configuration else None
    name = policy.name if policy else "<policy>"
    keyword = "ikev2" if _steps.version_of(tunnel) == 2 else "IPSec" if _steps.is_old(tunnel) else "ikev1"
    kept = [one for one in (policy.protocols if policy else ()) if one.lower() != keyword.lower()]
    return Found(
        summary=f"The group-policy {policy.name if policy else 'of this peer'} does not allow {keyword}",
        explanation="Phase 1 may come up, but the policy that the peer's group hands out forbids this protocol.",
        evidence=found.evidence,
        confidence=found.confidence,
        side="local",
        negotiation=found.attempt,
        configuration=(*group_lines(tunnel), *(policy.lines[:6] if policy else ())),
        next_steps=(
            _steps.show_group(tunnel, "see the default-group-policy of this peer"),
            _steps.read("show running-config group-policy", "see vpn-tunnel-protocol of that policy"),
            _steps.change(f"group-policy {name} attributes", "the policy of this group, not DfltGrpPolicy"),
            _steps.change(f"vpn-tunnel-protocol {' '.join([*kept, keyword])}", "allow the protocol for this group"),
        ),
        count=found.count,
        seen=found.seen,
    )
