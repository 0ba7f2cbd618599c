"""One end wants extended authentication (XAUTH) and the other does not.

What you see
`Xauth required but selected Proposal does not support xauth, Check priorities of ike xauth proposals`, or `peer is not
authenticated by xauth - drop connection` when the peer starts Quick Mode without it.

What it means
The tunnel-group asks for a user, and the proposal that was agreed has no XAUTH in it. Typically a LAN-to-LAN peer
landed on a remote-access group, because no group carries its address.

How to be sure
`Connection landed on tunnel_group …` names the group; compare its type with what the peer is.

How to fix it
For a gateway, create a tunnel-group of type ipsec-l2l with its address as the name. For a client, offer XAUTH there.
As a last resort set `ikev1 user-authentication none` in the group: nobody is asked for a user then.

References
- draft-ietf-ipsec-isakmp-xauth-06
- asa-syslog: 713127, 713149
"""

from nornir_ikediag.causes import _steps
from nornir_ikediag.causes._attempts import failed_with, nothing
from nornir_ikediag.causes._configured import group_lines
from nornir_ikediag.causes._findings import found
from nornir_ikediag.model.event import EventKind
from nornir_ikediag.model.tunnel import Tunnel
from nornir_ikediag.model.verdict import Alternative, Cause, Verdict

CAUSE = Cause(
    title="One end wants extended authentication and the other does not",
    family="xauth",
    severity="error",
    needs=("log",),
    explains=(
        "xauth-rejected", "xauth-timeout", "tunnel-group-default", "authentication-failed", "deleted-by-peer",
        "tunnel-down", "tunnel-negotiating", "phase2-missing", "tunnel-flapping", "undetermined",
    ),
)  # fmt: skip


def match(tunnel: Tunnel) -> Verdict:
    """The device says that it misses XAUTH."""
    said = failed_with(tunnel, EventKind.XAUTH_NOT_NEGOTIATED)
    if not said:
        return nothing(tunnel)
    attempt, event = said[0]
    landed = attempt.last(EventKind.TUNNEL_GROUP_LANDED, EventKind.TUNNEL_GROUP_DEFAULT)
    group = (landed.get("name") if landed else "") or event.tunnel_group or _steps.group_name(tunnel)
    return found(
        said,
        summary=f"Tunnel-group {group} wants a user (XAUTH), and the peer does not offer it",
        explanation="Phase 1 agreed on a proposal without extended authentication. A gateway that lands on a "
        "remote-access group always ends here.",
        also=(landed,),
        confidence="certain",
        side="unknown",
        alternatives=(
            Alternative("tunnel-group-default", "possible", f"whether {group} is meant for this peer at all"),
        ),
        configuration=group_lines(tunnel),
        next_steps=(
            _steps.read(
                f"show running-config tunnel-group {group}", "see the type of the group that the peer landed on"
            ),
            _steps.show_policies(tunnel, "see the order of the policies, and their authentication"),
            _steps.change(
                f"tunnel-group {tunnel.peer} type ipsec-l2l",
                "gives a gateway its own group, which asks for no user; it then needs a pre-shared key there",
            ),
        ),
        ask_peer=(
            "Is your end a gateway or a client for people? Is extended authentication (XAUTH) configured on it?",
        ),
    )
