"""The IKE SA is up and an expected child SA is not.

What you see
`MM_ACTIVE`, `AM_ACTIVE` or READY in the list of IKE SAs, and no entry of this peer in `show crypto ipsec sa`; or some
of the protected networks have an SA and others were refused.

What it means
Authentication worked, so path, policies and keys are right. What is missing is the agreement on the networks, the
transform set or PFS; or the IKE SA was caught in the second before phase 2.

How to be sure
Read both lists again after half a minute; an IKE SA without a child does not last on a healthy device.

How to fix it
Compare crypto ACLs (they must mirror), transform sets and PFS of both ends; a debug window tells which it is.

References
- RFC 2409 section 5.5 (Quick Mode), RFC 7296 section 1.3
- Cisco document 81824, crypto ACL, transform set, PFS
"""

from nornir_ikediag.causes import _steps
from nornir_ikediag.causes._configured import access_list_lines, map_lines
from nornir_ikediag.causes._state import CHILD_SA, has_lasted, sa_lines
from nornir_ikediag.causes._wording import few
from nornir_ikediag.model.tunnel import Tunnel
from nornir_ikediag.model.verdict import CannotTell, Cause, Found, RuledOut, Verdict

CAUSE = Cause(
    title="Phase 1 is up and phase 2 is not",
    family="state",
    severity="error",
    needs=("crypto_isakmp_sa", "crypto_ipsec_sa"),
)


def match(tunnel: Tunnel) -> Verdict:
    """Phase 1 alone, or part of the child SAs, as `assemble` defines them."""
    if tunnel.state == "unknown" and tunnel.ike_sas and not tunnel.child_sas:
        return CannotTell(CHILD_SA)
    if tunnel.state not in ("phase1-only", "partial"):
        return RuledOut()
    refused = [one for one in tunnel.failures if one.child_only]
    partial = tunnel.state == "partial"
    state = next((sa.state for sa in tunnel.ike_sas if sa.state), "up")
    return Found(
        summary="Part of the protected networks has no child SA: its negotiation failed"
        if partial
        else f"Phase 1 is {state} and there is no child SA",
        explanation="Path, policies and authentication work. The ends do not agree on what to protect, or how.",
        evidence=few(sa_lines(tunnel), [one.events[-1] if one.events else one.origin for one in refused[:2]]),
        confidence="certain" if partial or has_lasted(tunnel) else "likely",
        side="unknown",
        negotiation=refused[0] if refused else None,
        selectors=refused[0].selectors if refused else None,
        configuration=(*map_lines(tunnel), *access_list_lines(tunnel)),
        next_steps=(
            _steps.show_child(tunnel, "see again whether the child SA has come up since"),
            _steps.show_map(tunnel, "compare transform set and PFS with the peer's"),
            _steps.show_access_list(tunnel, "compare the crypto ACL with its mirror at the peer"),
            _steps.show_logging(tunnel),
        ),
        ask_peer=(
            "Which networks, transform set and PFS group does your entry for us have?",
            "What does your log say when phase 2 fails?",
        ),
    )
