"""The peer refused phase 2, and only its own log can tell why.

What you see
PHASE 1 COMPLETED, then `Received non-routine Notify message: No proposal chosen (14)` for our Quick Mode, or an FSM
history that ends in QM_WAIT_MSG2 with a received notify; in IKEv2 NO_PROPOSAL_CHOSEN in the answer to IKE_AUTH or
CREATE_CHILD_SA.

What it means
The peer does not accept our child SA: transform, PFS, or, with some vendors, the networks. The notify does not say
which.

How to be sure
Read the peer's log at the time of our attempt: the end that refuses prints the reason. Or let the peer initiate, so
that we are the one that compares.

How to fix it
Compare transform sets, PFS and crypto ACLs with the peer, in that order.

References
- RFC 2408 section 3.14.1, RFC 7296 section 3.10.1
- asa-syslog: 713068, 750003
"""

from nornir_ikediag.causes import _steps
from nornir_ikediag.causes._attempts import nothing
from nornir_ikediag.causes._children import SYMPTOMS, refused_for
from nornir_ikediag.causes._configured import proposal_lines
from nornir_ikediag.causes._findings import found
from nornir_ikediag.causes._networks import asked_for
from nornir_ikediag.causes._wording import at_time, mode, networks_of
from nornir_ikediag.model.event import EventKind
from nornir_ikediag.model.tunnel import Tunnel
from nornir_ikediag.model.verdict import Alternative, Cause, Verdict

CAUSE = Cause(
    title="The peer refused phase 2",
    family="phase2",
    severity="critical",
    needs=("log",),
    explains=tuple(symptom for symptom in SYMPTOMS if symptom != "child-sa-rejected-by-peer"),
)

_LOG = "the peer's log at the time of our attempt"


def match(tunnel: Tunnel) -> Verdict:
    """A notify that refuses the child SA and says no more."""
    refused = refused_for(tunnel, "peer")
    if not refused:
        return nothing(tunnel)
    attempt, event = refused[0]
    local, remote = asked_for(attempt, event)
    asked = networks_of(local, remote)
    networks = f" for {local} to {remote}" if local and remote else ""
    deleted = event.get("name") == "DELETE"
    name = "a delete of phase 1" if deleted else event.get("name") or "an error notify"
    return found(
        refused,
        summary=f"The peer refuses our child SA{networks} with {name} ({mode(attempt)})",
        explanation="Phase 1 is complete. The peer answered our proposal with a refusal that gives no reason; its own "
        "log does.",
        also=attempt.all(EventKind.PROXY_SENT, EventKind.PHASE1_COMPLETED),
        confidence="likely" if deleted else "certain",
        side="peer",
        alternatives=(
            Alternative("ipsec-transform-mismatch", "likely", f"{_LOG}: encryption, integrity or mode do not fit"),
            Alternative("pfs-mismatch", "possible", f"{_LOG}: the Diffie-Hellman group of phase 2"),
            Alternative("proxy-identity-mismatch", "possible", f"{_LOG}: the networks; some vendors answer them so"),
        ),
        configuration=proposal_lines(tunnel, attempt.ike_version),
        next_steps=(
            _steps.show_map(tunnel, "see the transform sets, PFS and ACL that we offer this peer"),
            _steps.read("show running-config crypto ipsec", "see what those transform sets contain"),
            _steps.show_access_list(tunnel),
        ),
        ask_peer=(
            f"Your end refuses our child SA{f' for {asked}' if asked else ''} with {name}{at_time(tunnel, event.at)}. "
            "What does its log say: proposal, PFS or networks?",
            "Please send your IPsec (phase 2) proposal, PFS group and protected networks for this tunnel.",
        ),
    )
