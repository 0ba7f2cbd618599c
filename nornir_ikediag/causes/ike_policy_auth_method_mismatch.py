"""The two ends want different authentication methods: pre-shared key, certificate, or EAP.

What you see
`Mismatched attribute types for class Auth Method`, then `All SA proposals found unacceptable`; `Client IKE Auth mode
differs from the group's configured Auth mode`; in IKEv2 `Peer authentication method configured is mismatching with the
method proposed by peer`, or an unexpected certificate payload.

What it means
In IKEv1 the method is part of the policy. In IKEv2 each end authenticates by its own method, and the other end must
expect that one: `remote-authentication` names what we accept from the peer.

How to be sure
Compare the `authentication` lines of the IKEv1 policies, or the local and remote authentication of the tunnel-group
with the peer's. A value with XAUTH in it means that one end is set up as a remote-access server.

How to fix it
Use the same method on both ends: set `authentication` in an IKEv1 policy, or the tunnel-group's remote authentication.

References
- RFC 2409 section 5, RFC 7296 section 2.15
- asa-syslog: 713257, 713134, 713165, 713086, 750003
"""

from nornir_ikediag.causes import _steps
from nornir_ikediag.causes._attempts import failed_with, nothing
from nornir_ikediag.causes._configured import group_lines, policy_lines
from nornir_ikediag.causes._findings import found
from nornir_ikediag.causes._policies import SYMPTOMS, one_attribute
from nornir_ikediag.model.event import EventKind
from nornir_ikediag.model.tunnel import Tunnel
from nornir_ikediag.model.verdict import Cause, Step, Verdict

CAUSE = Cause(
    title="The ends want different authentication methods",
    family="phase1",
    severity="critical",
    needs=("log",),
    explains=(*SYMPTOMS, "authentication-failed", "authentication-timeout", "xauth-not-negotiated"),
)


def match(tunnel: Tunnel) -> Verdict:
    """Proposals refused for the method alone, or the device says that the methods do not fit."""
    listed = one_attribute(tunnel, "auth-method", "authentication method")
    if listed:
        return listed
    said = failed_with(tunnel, EventKind.AUTH_METHOD_MISMATCH)
    if not said:
        return nothing(tunnel)
    attempt, event = said[0]
    theirs, ours = event.get("received"), event.get("configured")
    values = f": the peer uses {theirs}, we expect {ours}" if theirs and ours else ""
    return found(
        said,
        summary=f"The ends want different authentication methods{values}",
        explanation="The device compared the peer's method with the one that the tunnel-group or the policy expects.",
        confidence="certain",
        side="unknown",
        configuration=group_lines(tunnel) + policy_lines(tunnel, attempt.ike_version),
        next_steps=(
            _steps.show_group(tunnel, "see which authentication we expect from this peer"),
            _steps.show_policies(tunnel),
            *_change(tunnel),
        ),
        ask_peer=("By which method does your end authenticate to us, and which one does it expect from us?",),
    )


def _change(tunnel: Tunnel) -> tuple[Step, ...]:
    if _steps.version_of(tunnel) != 2:
        return ()
    return (
        _steps.change(
            f"tunnel-group {_steps.group_name(tunnel)} ipsec-attributes", "the tunnel-group of this peer; ask first"
        ),
        _steps.change(
            "ikev2 remote-authentication <pre-shared-key <key>|certificate>",
            "accept the peer's method; the peer may have to change its own instead",
        ),
    )
