"""The IKE policies of the two ends differ in the Diffie-Hellman group alone.

What you see
`Phase 1 failure: Mismatched attribute types for class Group Description: Rcv'd: Group 2 Cfg'd: Group 5`, then `All SA
proposals found unacceptable`; in IKEv2 lists that differ in `DH_GROUP_…`, or INVALID_KE_PAYLOAD until no group is
left.

What it means
No Diffie-Hellman group stands in the policies of both ends. One INVALID_KE_PAYLOAD alone is a normal retry, and so is
a mismatch line that an acceptance follows.

How to be sure
Compare the lists of both ends, and check that no acceptance follows. IKEv1 prints one attribute a comparison.

How to fix it
Add a policy with the peer's group, or let the peer add ours; groups 1, 2 and 5 are weak, and newer releases have
dropped them. In aggressive mode the initiator cannot retry with another group: both ends must name the same one
first.

References
- RFC 2409 section 6, RFC 7296 section 1.2 (INVALID_KE_PAYLOAD)
- Cisco document 113574, "ASA IPsec and IKE Debugs (IKEv1 Main Mode) Troubleshooting TechNote"
- asa-syslog: 713257, 713904, 713047, 713240, 750003
"""

from nornir_ikediag.causes._attempts import failed_because, nothing, notify_name, phase_of
from nornir_ikediag.causes._configured import policy_lines
from nornir_ikediag.causes._findings import found
from nornir_ikediag.causes._policies import SYMPTOMS, one_attribute, policy_steps
from nornir_ikediag.causes._proposals import Difference
from nornir_ikediag.model.event import Event, EventKind
from nornir_ikediag.model.negotiation import Negotiation
from nornir_ikediag.model.tunnel import Tunnel
from nornir_ikediag.model.verdict import Cause, Verdict

CAUSE = Cause(
    title="The IKE policies differ in Diffie-Hellman group",
    family="phase1",
    severity="critical",
    needs=("log",),
    explains=SYMPTOMS,
)


def match(tunnel: Tunnel) -> Verdict:
    """Proposals refused for the group alone, or a KE payload of a group that the other end does not take."""
    listed = one_attribute(tunnel, "dh-group", "Diffie-Hellman group")
    if listed:
        return listed
    wrong = failed_because(tunnel, _wrong_group)
    if not wrong:
        return nothing(tunnel)
    attempt, event = wrong[0]
    sent, wanted = event.get("group"), event.get("wanted")
    values = f"group {sent or '?'} was sent, group {wanted or '?'} is wanted" if sent or wanted else "all were tried"
    return found(
        wrong,
        summary=f"The ends do not share a Diffie-Hellman group: {values}",
        explanation="The key exchange payload was refused for its group, and no retry with another group followed.",
        also=attempt.all(EventKind.KE_WRONG_GROUP),
        confidence="likely",
        side="unknown",
        configuration=policy_lines(tunnel, attempt.ike_version),
        next_steps=policy_steps(tunnel, [Difference("dh-group", event.get("wanted"), event.get("group"))]),
        ask_peer=("Which Diffie-Hellman groups does your IKE policy for our address allow?",),
    )


def _wrong_group(attempt: Negotiation, event: Event) -> bool:
    if event.kind == EventKind.KE_WRONG_GROUP:
        return phase_of(attempt, event) == 1
    told = event.kind == EventKind.NOTIFY_RECEIVED and notify_name(event) in _KEY_NOTIFIES
    return told and phase_of(attempt, event) == 1


_KEY_NOTIFIES = ("INVALID_KEY_INFORMATION", "INVALID_KEY_INFO", "INVALID_KE_PAYLOAD")
