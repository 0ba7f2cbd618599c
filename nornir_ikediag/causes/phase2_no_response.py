"""Phase 1 is up, and the peer does not answer Quick Mode or CREATE_CHILD_SA.

What you see
PHASE 1 COMPLETED, then RESENDING of a Quick Mode message and an FSM history that ends in QM_WAIT_MSG2 or QM_WAIT_MSG3
with a timeout; the state MM_ACTIVE with no IPsec SA.

What it means
The path works, or phase 1 would not be up. The peer ignores our proposal: many devices refuse networks or transforms
that do not fit without a word.

How to be sure
The peer's log at the time of our attempt. Or let the peer initiate, so that we are the one that compares.

How to fix it
Compare the protected networks first, then transform sets and PFS.

References
- RFC 2409 section 5.5, RFC 7296 section 1.3
- asa-syslog: 714004, 713902
"""

from nornir_ikediag.causes import _steps
from nornir_ikediag.causes._attempts import nothing
from nornir_ikediag.causes._configured import access_list_lines, map_lines
from nornir_ikediag.causes._networks import asked_for
from nornir_ikediag.causes._silence import quiet
from nornir_ikediag.causes._wording import at_time, networks_of, waits_in
from nornir_ikediag.model.tunnel import Tunnel
from nornir_ikediag.model.verdict import Alternative, Cause, Found, Verdict

CAUSE = Cause(
    title="The peer does not answer phase 2",
    family="phase2",
    severity="critical",
    needs=("log",),
    explains=(
        "phase2-missing", "deleted-by-peer", "tunnel-down", "tunnel-negotiating", "rekey-failed", "tunnel-flapping",
        "undetermined",
    ),
)  # fmt: skip

_LOG = "the peer's log at the time of our attempt"


def match(tunnel: Tunnel) -> Verdict:
    """Silence in the middle of phase 2."""
    silent = quiet(tunnel, "phase2-no-response")
    if silent is None or silent.attempt is None:
        return nothing(tunnel)
    local, remote = asked_for(silent.attempt, silent.attempt.origin)
    asked = networks_of(local, remote)
    networks = f" for {local} to {remote}" if local and remote else ""
    return Found(
        summary=f"Phase 1 is up and the peer does not answer our child SA{networks}{waits_in(silent.state)}",
        explanation="The peer answered all of phase 1, so the path works. It drops the phase 2 message without a word.",
        evidence=silent.evidence,
        confidence=silent.confidence,
        side="peer",
        negotiation=silent.attempt,
        selectors=silent.attempt.selectors,
        alternatives=(
            Alternative("proxy-identity-mismatch", "possible", f"{_LOG}: the networks do not fit"),
            Alternative("ipsec-transform-mismatch", "possible", f"{_LOG}: the proposal does not fit"),
            Alternative("pfs-mismatch", "possible", f"{_LOG}: the Diffie-Hellman group of phase 2"),
        ),
        configuration=map_lines(tunnel) + access_list_lines(tunnel),
        next_steps=(
            _steps.show_ike_sa(tunnel, "see that phase 1 is still up"),
            _steps.show_child(tunnel),
            _steps.show_access_list(tunnel, "compare the protected networks with the peer's"),
            _steps.show_map(tunnel),
        ),
        ask_peer=(
            f"Phase 1 is up and your end does not answer phase 2{f' for {asked}' if asked else ''}"
            f"{at_time(tunnel, silent.attempt.started_at)}. What does its log say about it?",
            "Please send your protected networks, IPsec (phase 2) proposal and PFS group for this tunnel.",
        ),
        count=silent.count,
    )
