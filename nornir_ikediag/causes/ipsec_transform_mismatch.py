"""No IPsec proposal (transform set) is acceptable to both ends.

What you see
`All IPSec SA proposals found unacceptable!` after PHASE 1 COMPLETED, `Phase 2 failure: Mismatched …` for the HMAC,
the cipher or the encapsulation mode; in IKEv2 `Received Policies: ESP: Proposal 0: …` and `Expected Policies` with
another list.

What it means
Phase 1 is fine, the networks match a crypto map entry, and no transform set of that entry equals one that the peer
offers: cipher with key length, integrity, and tunnel or transport mode count.

How to be sure
Put the transform sets of the entry beside those of the peer. In IKEv2 an empty `Expected Policies` is not this cause.

How to fix it
Add a transform set with the peer's algorithms to this peer's crypto map entry, or let the peer add ours.

References
- RFC 2407 section 4.4.4, RFC 7296 section 3.3
- Cisco document 113574, "ASA IPsec and IKE Debugs (IKEv1 Main Mode) Troubleshooting TechNote"
- asa-syslog: 713904, 713257, 715071, 715072, 713012
"""

from nornir_ikediag.causes import _steps
from nornir_ikediag.causes._attempts import nothing
from nornir_ikediag.causes._children import SYMPTOMS, comparison_lines, differences, offers_and_sets, refused_for
from nornir_ikediag.causes._configured import proposal_lines
from nornir_ikediag.causes._findings import found
from nornir_ikediag.causes._policies import described, to_mail
from nornir_ikediag.causes._proposals import Difference
from nornir_ikediag.model.event import Event
from nornir_ikediag.model.negotiation import Negotiation
from nornir_ikediag.model.tunnel import Tunnel
from nornir_ikediag.model.verdict import Alternative, Cause, Confidence, Step, Verdict

CAUSE = Cause(
    title="No IPsec proposal is acceptable to both ends",
    family="phase2",
    severity="critical",
    needs=("log",),
    explains=SYMPTOMS,
)

# IKEv2 has one wording for every refusal of proposals; without the lists beside it, it says little
_UNLISTED = (
    Alternative("proxy-identity-mismatch", "possible", "the debug of the next attempt: an empty `Expected Policies`"),
    Alternative("ike-policy-mismatch", "possible", "the debug of the next attempt: whether the lists name ESP"),
)
_PFS = Alternative("pfs-mismatch", "possible", "whether Quick Mode carries a KE payload, and `set pfs` on both ends")


def match(tunnel: Tunnel) -> Verdict:
    """We refuse the child SA's proposals, for more than the PFS group."""
    refused = refused_for(tunnel, "transform")
    if not refused:
        return nothing(tunnel)
    attempt, event = refused[0]
    differing = differences(attempt)
    named = f": {described(differing)}" if differing else ""
    group = any(one.attribute == "dh-group" for one in differing)
    unlisted = attempt.ike_version == 2 and not comparison_lines(attempt)
    return found(
        refused,
        summary=f"No IPsec proposal of the peer fits our transform sets{named}",
        explanation="The device names the peer's group and refuses its proposals; which of them, no line tells."
        if unlisted
        else "Phase 1 is complete and the protected networks found their crypto map entry; the algorithms did "
        f"not fit.{offers_and_sets(tunnel, attempt)}",
        also=comparison_lines(attempt),
        confidence="possible" if unlisted else _confidence(attempt, event, detailed=bool(differing)),
        side="unknown",
        alternatives=() if differing and not group else (_PFS, *(_UNLISTED if unlisted else ())),
        configuration=proposal_lines(tunnel, attempt.ike_version),
        next_steps=_next(tunnel, transport=any(_wants_transport(one) for one in differing)),
        ask_peer=(
            f"{to_mail(differing)} Which IPsec (phase 2) proposals does your end have for us?"
            if differing
            else "Which IPsec (phase 2) proposals does your end have for us: encryption with key length, integrity, "
            "tunnel or transport mode, PFS group?",
        ),
    )


def _confidence(attempt: Negotiation, event: Event, *, detailed: bool) -> Confidence:
    if attempt.ike_version == 2 and detailed:
        return "certain"
    only_torn_down = event.trust == "supposed" and not detailed  # a teardown's reason, or the failing step
    return "possible" if only_torn_down else "likely"


def _wants_transport(one: Difference) -> bool:
    return "transport" in one.received.lower() and "transport" not in one.configured.lower()


def _next(tunnel: Tunnel, *, transport: bool) -> tuple[Step, ...]:
    steps = [_steps.show_map(tunnel, "see which transform sets the entry of this peer names")]
    if _steps.version_of(tunnel) == 2:
        sets, new = "show running-config crypto ipsec", "crypto ipsec ikev2 ipsec-proposal <name>"
        uses = "set ikev2 ipsec-proposal <present> <name>"
    else:
        prefix = _steps.attribute_prefix(tunnel)
        sets, new = "show running-config crypto ipsec", f"crypto ipsec {prefix}transform-set <name> <cipher> <hash>"
        uses = f"set {prefix}transform-set <present> <name>"
    return (
        *steps,
        _steps.read(sets, "see what those sets contain"),
        _steps.change(new, "a set with the peer's algorithms; nothing uses it yet"),
        *(
            (_steps.change(f"{new.partition(' <cipher>')[0]} mode transport", "L2TP and GRE are offered in this mode"),)
            if transport and _steps.version_of(tunnel) != 2
            else ()
        ),
        *_steps.change_entry(
            tunnel, uses, "offers it to this peer beside the present ones; the peer may choose it from then on"
        ),
        _steps.reset(tunnel),
    )
