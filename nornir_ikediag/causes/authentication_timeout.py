"""The message that authenticates the peer never arrived before the timer expired.

What you see
`Failed to receive the AUTH msg before the timer expired`: IKE_SA_INIT was answered, and IKE_AUTH never came.

What it means
The initiator gave up after our first answer, because the answer did not reach it or it did not accept it, or its
IKE_AUTH was lost: it is large, and with NAT it travels on UDP 4500.

How to be sure
Ask the initiator's log: did it receive our IKE_SA_INIT answer, and did it send IKE_AUTH? Capture UDP 500 and 4500.

How to fix it
Depending on that log: open UDP 4500, enable IKE fragmentation, or correct what the initiator does not accept.

References
- RFC 7296 sections 1.2 and 2.4
- asa-syslog: 750003
"""

from nornir_ikediag.causes import _steps
from nornir_ikediag.causes._attempts import nothing
from nornir_ikediag.causes._silence import quiet
from nornir_ikediag.causes._wording import waits_in
from nornir_ikediag.model.tunnel import Tunnel
from nornir_ikediag.model.verdict import Alternative, Cause, Found, Verdict

CAUSE = Cause(
    title="The peer never authenticated itself",
    family="authentication",
    severity="critical",
    needs=("log",),
    explains=("tunnel-down", "tunnel-negotiating", "tunnel-flapping", "undetermined"),
)


def match(tunnel: Tunnel) -> Verdict:
    """The timer for the authenticating message expired, and neither NAT nor size explains it."""
    silent = quiet(tunnel, "authentication-timeout")
    if silent is None:
        return nothing(tunnel)
    capture = "a capture of UDP 500 and 4500 on the outside interface"
    return Found(
        summary=f"The peer never authenticated itself: its message did not come in time{waits_in(silent.state)}",
        explanation="The first exchange was answered. The peer either did not see or not accept the answer, or its "
        "next message, the larger one, was lost.",
        evidence=silent.evidence,
        confidence=silent.confidence,
        side="unknown",
        negotiation=silent.attempt,
        alternatives=(
            Alternative("fragment-loss", "possible", f"{capture}: only the first fragment of IKE_AUTH arrives"),
            Alternative("nat-t-port-blocked", "possible", f"{capture}: whether the peer moves to UDP 4500"),
            Alternative("reply-path-blocked", "possible", "the peer's log: our answer never arrived"),
        ),
        next_steps=(
            _steps.show_ike_sa(tunnel),
            _steps.show_logging(tunnel),
            _steps.show_group(tunnel, "see how this peer is to authenticate itself"),
        ),
        ask_peer=(
            "Did your end receive our answer to its first message, and did it then send IKE_AUTH, from which port?",
        ),
        count=silent.count,
    )
