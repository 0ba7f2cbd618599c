"""Nobody answered the request for user name and password in time.

What you see
Phase 1 is complete, the XAUTH request was sent, and an FSM history ends in TM_WAIT_REPLY or AM_TM_INIT_XAUTH with a
timeout; the SA stays in AM_TM_INIT_XAUTH until it is removed.

What it means
The dialog on the user's screen was left alone or cancelled, or a device without a person behind it (a LAN-to-LAN
peer) is being asked. A few seconds of waiting are a person typing and mean nothing.

How to be sure
Ask the user. If the peer is a gateway, it landed on a remote-access tunnel-group that asks for a user.

How to fix it
Connect again and answer the dialog. For a gateway, give its address a tunnel-group of type ipsec-l2l.

References
- draft-ietf-ipsec-isakmp-xauth-06
- asa-syslog: 715040, 713136
"""

from nornir_ikediag.causes import _steps
from nornir_ikediag.causes._attempts import nothing
from nornir_ikediag.causes._configured import group_lines
from nornir_ikediag.causes._silence import quiet
from nornir_ikediag.causes._users import user_of
from nornir_ikediag.causes._wording import waits_in
from nornir_ikediag.model.tunnel import Tunnel
from nornir_ikediag.model.verdict import Alternative, Cause, Found, Verdict

CAUSE = Cause(
    title="Nobody answered the request for credentials",
    family="xauth",
    severity="warning",
    needs=("log",),
    explains=("peer-stopped-answering", "deleted-by-peer", "tunnel-down", "tunnel-negotiating", "undetermined"),
)


def match(tunnel: Tunnel) -> Verdict:
    """Silence while XAUTH waits for its reply."""
    silent = quiet(tunnel, "xauth-timeout")
    if silent is None:
        return nothing(tunnel)
    return Found(
        summary=f"Nobody answered the request for user name and password in time{waits_in(silent.state)}",
        explanation=f"Phase 1 is complete. The device asked {user_of(tunnel)} for credentials and got no answer.",
        evidence=silent.evidence,
        confidence=silent.confidence,
        side="peer",
        negotiation=silent.attempt,
        alternatives=(
            Alternative("tunnel-group-default", "possible", "whether the peer is a gateway: then nobody can answer"),
        ),
        configuration=group_lines(tunnel),
        next_steps=(
            _steps.show_ike_sa(tunnel),
            _steps.show_group(tunnel, "see whether this group is meant for people or for a gateway"),
        ),
        ask_peer=("Did a dialog for user name and password appear, and was it answered?",),
        count=silent.count,
    )
