"""The peer answered earlier messages of this negotiation and then fell silent.

What you see
RECEIVED lines up to some message, then only RESENDING of our next one, and an FSM history that ends in EV_TIMEOUT or
EV_RETRY in a waiting state, for example MM_WAIT_MSG4 or I_WAIT_AUTH.

What it means
The path and UDP 500 work. The peer dropped our last message: in MM_WAIT_MSG4 it often has no tunnel-group or key for
our address, in I_WAIT_AUTH it refuses our identity or cannot read us; or the path began to fail just then.

How to be sure
Only the peer's log, or a capture there, tells whether our last message arrives and why it is dropped.

How to fix it
Let the peer's engineer read the log at the time of our attempt. Check that the peer knows the address we come from,
after any NAT.

References
- RFC 2408 section 2.5.1, RFC 7296 section 2.1 (retransmission)
- asa-syslog: 713136, 713902, 750003
"""

from nornir_ikediag.causes import _steps
from nornir_ikediag.causes._attempts import nothing
from nornir_ikediag.causes._configured import group_lines
from nornir_ikediag.causes._silence import Quiet, quiet
from nornir_ikediag.causes._wording import at_time, waits_in
from nornir_ikediag.model.tunnel import Tunnel
from nornir_ikediag.model.verdict import Alternative, Cause, Found, Verdict

CAUSE = Cause(
    title="The peer stopped answering in the middle of the negotiation",
    family="reachability",
    severity="critical",
    needs=("log",),
    explains=("tunnel-down", "tunnel-negotiating", "authentication-timeout", "tunnel-flapping", "undetermined"),
)


def match(tunnel: Tunnel) -> Verdict:
    """Something came, then nothing more, and neither NAT nor keys nor size explain it."""
    silent = quiet(tunnel, "peer-stopped-answering", "MM_WAIT_MSG4")
    return _found(tunnel, silent) if silent else nothing(tunnel)


def _found(tunnel: Tunnel, silent: Quiet) -> Found:
    state = silent.state
    when = at_time(tunnel, silent.attempt.started_at if silent.attempt else None)
    return Found(
        summary=f"The peer answered and then fell silent{waits_in(state)}",
        explanation="The path worked for the earlier messages. Either the peer drops our last one without a word, or "
        "it no longer arrives.",
        evidence=silent.evidence,
        confidence=silent.confidence,
        side="peer",
        negotiation=silent.attempt,
        alternatives=_alternatives(state.upper()),
        configuration=group_lines(tunnel),
        next_steps=(
            _steps.show_ike_sa(tunnel),
            _steps.show_logging(tunnel),
            _steps.show_group(tunnel),
            _steps.read(f"show route {tunnel.peer}", "see that the route to the peer did not move"),
        ),
        ask_peer=(
            f"Your end answered and then fell silent{when}: we wait{waits_in(state)}. What does your log say about it?",
            "Do you have a tunnel-group and a key for the address that we come from, after any NAT?",
        ),
        count=silent.count,
    )


def _alternatives(state: str) -> tuple[Alternative, ...]:
    log = "the peer's log at the time of our attempt"
    if state == "MM_WAIT_MSG4":
        return (Alternative("tunnel-group-missing", "possible", f"{log}: no tunnel-group for our address"),)
    if "AUTH" in state:
        return (
            Alternative("identity-mismatch", "possible", f"{log}: our identity is refused"),
            Alternative("fragment-loss", "possible", "the size of our IKE_AUTH, and whether it arrives in one piece"),
        )
    return ()
