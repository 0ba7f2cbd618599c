"""Packets fail sanity checks, and nothing explains it better.

What you see
`Received packet with missing payload`, `Zero length data in ID payload`, nonces or ids of an impossible length,
`Failed to decrypt an encrypted payload`, PAYLOAD_MALFORMED or INVALID_SYNTAX in phase 2.

What it means
The packets are damaged on the way, come from an implementation that differs, or belong to a state that one end has
lost. With IKEv1 and pre-shared keys garbage in phase 1 means different keys, which is another cause.

How to be sure
Does it happen with every attempt, and with this peer alone? Capture at both ends and compare.

How to fix it
Rule out devices that rewrite packets (SIP-like helpers, load balancers), then compare software releases with the peer
and search both vendors' defect lists.

References
- RFC 2408 section 3.14.1, RFC 7296 section 2.21
- asa-syslog: 713014, 713099, 713102, 713105, 713178, 713179, 713193, 715045, 715069, 750003
"""

from nornir_ikediag.causes import _steps
from nornir_ikediag.causes._attempts import failed_because, nothing, notify_name
from nornir_ikediag.causes._children import refusal
from nornir_ikediag.causes._findings import found
from nornir_ikediag.causes._keys import blames_key
from nornir_ikediag.causes._wording import after_colon, mode
from nornir_ikediag.model.event import Event, EventKind
from nornir_ikediag.model.negotiation import Negotiation
from nornir_ikediag.model.tunnel import Tunnel
from nornir_ikediag.model.verdict import Cause, Verdict

CAUSE = Cause(
    title="Packets fail sanity checks",
    family="protocol",
    severity="error",
    needs=("log",),
    explains=(
        "deleted-by-peer",
        "tunnel-down",
        "tunnel-negotiating",
        "phase2-missing",
        "tunnel-flapping",
        "undetermined",
    ),
)

_NOTIFIES = ("PAYLOAD_MALFORMED", "INVALID_SYNTAX", "INVALID_PAYLOAD_TYPE", "BAD_PROPOSAL_SYNTAX", "INVALID_HASH")


def match(tunnel: Tunnel) -> Verdict:
    """A packet that cannot be read, where keys and proposals are not to blame."""
    broken = failed_because(tunnel, lambda attempt, event: _is_broken(tunnel, attempt, event))
    if not broken:
        return nothing(tunnel)
    attempt, event = broken[0]
    by_peer = event.kind == EventKind.NOTIFY_RECEIVED
    why = event.get("name") if by_peer else event.get("reason")
    return found(
        broken,
        summary=f"{'The peer cannot read our packet' if by_peer else 'A packet of the peer fails its checks'} "
        f"({mode(attempt)}){after_colon(why)}",
        explanation="The packet itself is refused, not what it proposes.",
        also=attempt.all(EventKind.MALFORMED, EventKind.DECRYPT_FAILED),
        confidence="possible",
        side="unknown",
        next_steps=(
            _steps.show_ike_sa(tunnel),
            _steps.show_logging(tunnel),
            _steps.read("show version", "compare the release with the vendor's defect list"),
        ),
        ask_peer=("Which device and release is your end, and what does its log say about our packets?",),
    )


def _is_broken(tunnel: Tunnel, attempt: Negotiation, event: Event) -> bool:
    if blames_key(attempt, event) or refusal(tunnel, attempt, event):
        return False
    if event.kind in (EventKind.MALFORMED, EventKind.DECRYPT_FAILED):
        return True
    return event.kind == EventKind.NOTIFY_RECEIVED and notify_name(event).startswith(_NOTIFIES)
