"""The protected networks of the two ends (crypto ACLs, traffic selectors) do not mirror each other.

What you see
`Rejecting IPSec tunnel: no matching crypto map entry for remote proxy … local proxy …`, `Crypto Map Policy not
found`, `Invalid ID info (18)` after phase 1; in IKEv2 an empty `Expected Policies`, `There was no IPSEC policy found
for received TS`, TS_UNACCEPTABLE.

What it means
What the initiator asks to protect is no line of the responder's crypto ACL, seen from the other side: another mask, a
host against a subnet, a network that one end lacks. 0.0.0.0/0 in both directions is a route-based peer (VTI, a cloud
gateway) against a policy-based crypto map.

How to be sure
Write both ACLs down and swap source and destination of one: they must be equal line by line. Lines that say `ACL does
not match proxy IDs` are normal for every other entry.

How to fix it
Mirror the ACLs. Against a route-based peer either let it use policy-based selectors, or build a VTI here.

References
- RFC 2409 section 5.5, RFC 7296 section 2.9
- Cisco document 81824, "Most Common L2L and Remote Access IPsec VPN Troubleshooting Solutions"
- asa-syslog: 713061, 713222, 713259, 751022, 750003
"""

from nornir_ikediag.causes import _steps
from nornir_ikediag.causes._attempts import nothing
from nornir_ikediag.causes._children import SYMPTOMS, refused_for
from nornir_ikediag.causes._configured import access_list_lines, entries, map_lines
from nornir_ikediag.causes._findings import found
from nornir_ikediag.causes._networks import as_configured, asked_for, is_any_to_any, protected, proxy_lines
from nornir_ikediag.causes._wording import networks_of
from nornir_ikediag.model.event import Event, EventKind
from nornir_ikediag.model.negotiation import Negotiation
from nornir_ikediag.model.tunnel import Tunnel
from nornir_ikediag.model.verdict import Alternative, Cause, Step, Verdict

CAUSE = Cause(
    title="The protected networks do not mirror each other",
    family="phase2",
    severity="critical",
    needs=("log",),
    explains=SYMPTOMS,
)

_ENTRY = "the crypto map entry whose ACL has these networks: its `set peer`, and what it lacks"
_OTHER_ENTRY = (
    Alternative("crypto-map-peer-mismatch", "possible", _ENTRY),
    Alternative("crypto-map-incomplete", "possible", _ENTRY),
)
_NO_ANY = "Can your end use policy-based selectors for this tunnel instead of any to any?"
# by whether this end began the exchange
_ROUTED = {
    False: " Any to any is what a route-based peer (VTI, cloud gateway) proposes; our crypto map is policy-based.",
    True: " Any to any is what a route-based tunnel (VTI) asks for; the peer's policy names networks.",
}


def match(tunnel: Tunnel) -> Verdict:
    """No crypto map entry, here or at the peer, has the networks that were asked for."""
    refused = refused_for(tunnel, "networks")
    if not refused:
        return nothing(tunnel)
    attempt, event = refused[0]
    local, remote = asked_for(attempt, event)
    by_peer = event.kind == EventKind.NOTIFY_RECEIVED
    what = f": local {local}, remote {remote}" if local and remote else ""
    routed, configured = is_any_to_any(local, remote), protected(tunnel)
    ours = _we_asked(attempt, event)
    mirrored = protected(tunnel, "{} (ours) and {} (yours)")
    ask = f"{'We ask' if ours else 'You ask'} for {networks_of(local, remote)}"
    asked = f"{ask}{f'; our crypto ACL has {mirrored}' if mirrored else ''}. " if what else ""
    return found(
        refused,
        summary=_summary(what, by_peer=by_peer, ours=ours, routed=routed),
        explanation="Phase 1 is complete. The networks that one end asks to protect are not what the other end has for "
        f"this peer.{f' We have {configured}.' if configured else ''}{_ROUTED[ours] if routed else ''}",
        also=proxy_lines(attempt),
        confidence="likely" if ours or not what else "certain",
        side="unknown",
        alternatives=() if by_peer or configured else _OTHER_ENTRY,
        configuration=map_lines(tunnel) + access_list_lines(tunnel),
        next_steps=(
            _steps.show_access_list(tunnel, "compare it, source and destination swapped, with the peer's"),
            *((_steps.show_map(tunnel, "see which ACL the entry of this peer names"),) if entries(tunnel) else ()),
            *(() if ours else (_mirror(tunnel, local, remote),)),  # what we ask for is protected here already
        ),
        ask_peer=(
            f"{asked}Which networks, with masks, does your end protect for us?",
            *((_NO_ANY,) if routed and not ours else ()),
        ),
    )


def _we_asked(attempt: Negotiation, event: Event) -> bool:
    """Whether this end began the exchange; 751022 is always about a request of the peer."""
    if event.kind == EventKind.NOTIFY_RECEIVED:
        return True
    return attempt.ike_version == 2 and attempt.role == "initiator" and event.message != "751022"


def _summary(what: str, *, by_peer: bool, ours: bool, routed: bool) -> str:
    who = "The peer refuses" if by_peer else "No crypto map entry of ours has"
    ask = "we ask for" if by_peer else "the peer answers with" if ours else "the peer asks for"
    also = f"; we ask for{what[1:]}" if ours and not by_peer and what else what
    where = "route-based here, policy-based there" if ours else "a route-based peer against our crypto map"
    return f"{who} the networks that {ask}{also}{f' ({where})' if routed else ''}"


def _mirror(tunnel: Tunnel, local: str, remote: str) -> Step:
    acl = next((entry.access_list for entry in entries(tunnel) if entry.access_list), "<crypto ACL>")
    return _steps.change(
        f"access-list {acl} extended permit ip {as_configured(local)} {as_configured(remote)}",
        "protects this pair too; the peer needs its mirror image, or the tunnel stays down",
    )
