"""Something failed, and what was collected does not tell why.

What you see
A negotiation that ends in a failure, and no line that this program reads as the reason.

What it means
The reason was logged elsewhere (at the peer, at a higher debug level, before the capture began), or in words that this
program does not know.

How to be sure
Look at the quoted lines and at those that were not read (`ikediag explain --unread`). Collect again, from the first
message on, and at both ends.

How to fix it
A debug window on this peer while the tunnel is being built usually tells. If a line that says why was not understood,
please report it: it belongs into the catalogue.

References
- Cisco document 113574, "ASA IPsec and IKE Debugs (IKEv1 Main Mode) Troubleshooting TechNote"
"""

import re
from collections.abc import Sequence

from nornir_ikediag.causes import _steps
from nornir_ikediag.causes._attempts import capped, is_loose, judged, nothing
from nornir_ikediag.causes._silence import meaning
from nornir_ikediag.causes._wording import at_time, few, mode, waits_in
from nornir_ikediag.model.event import Event, EventKind
from nornir_ikediag.model.negotiation import Negotiation
from nornir_ikediag.model.tunnel import Tunnel
from nornir_ikediag.model.verdict import Alternative, Cause, Found, Verdict

CAUSE = Cause(
    title="Something failed, and the log does not tell why",
    family="device",
    severity="warning",
    needs=("log",),
    explains=("deleted-by-peer", "tunnel-down", "tunnel-negotiating", "phase2-missing"),
)

_SPOKEN = (EventKind.CLIENT_REFUSED,)  # no cause of its own: the line itself says it all
_ENDS = (
    EventKind.FSM_ERROR, EventKind.NEGOTIATION_ABORTED, EventKind.TORN_DOWN, EventKind.SESSION_TIMED_OUT,
    EventKind.ALL_VERSIONS_FAILED, EventKind.QM_FSM_ERROR, EventKind.SEND_FAILURE, EventKind.NOTIFY_SENT,
    EventKind.CONSEQUENCE, EventKind.IKE_TERMINATING,
)  # fmt: skip

_DEBUG = "a debug at level 127 of the next attempt, or the peer's log:"
_OF_PHASE1 = (
    ("ike-policy-mismatch", f"{_DEBUG} which proposals are refused"),
    ("pre-shared-key-mismatch", f"{_DEBUG} whether a message could not be decrypted, or its hash does not fit"),
    ("peer-no-reply", "a packet capture on UDP 500: whether anything of the peer arrives"),
    ("tunnel-group-missing", f"{_DEBUG} which tunnel-group the peer's address or identity lands on"),
)
# `Failed to locate an item in the database`: what the device looks up for a peer of IKEv2 is its group and its key
_OF_LOOKUP = (
    ("tunnel-group-missing", "`show running-config tunnel-group`: one for the address or identity that the peer sends"),
    ("pre-shared-key-missing", "the same output: the group's `ikev2` keys or trustpoint, for both directions"),
    ("identity-mismatch", "`show running-config tunnel-group-map` and the peer's identity: which group it leads to"),
)
_LOOKUP = re.compile(r"locate an item in the database", re.IGNORECASE)
_MAY_SAY_LOOKUP = (EventKind.NEGOTIATION_ABORTED, EventKind.CONSEQUENCE)
_OF_PHASE2 = (
    ("proxy-identity-mismatch", f"{_DEBUG} the networks that are asked for, beside the crypto ACLs of both ends"),
    ("ipsec-transform-mismatch", f"{_DEBUG} `All IPSec SA proposals found unacceptable`, or the peer's refusal"),
    ("pfs-mismatch", f"{_DEBUG} whether the Diffie-Hellman groups of the child SA differ"),
)


def match(tunnel: Tunnel) -> Verdict:
    """A failed attempt that neither a line nor a silence explains."""
    left = [pair for pair in judged(tunnel) if (pair[1].kind in _SPOKEN if pair[1] else meaning(pair[0]) is None)]
    return _found(tunnel, left) if left else nothing(tunnel)


def _is_of_child(attempt: Negotiation) -> bool:
    return attempt.exchange == "quick-mode" or attempt.stage == "phase2"


def _may_be(attempt: Negotiation) -> tuple[Alternative, ...]:
    """What such a failure mostly is, by the phase that it stopped in."""
    likely = _OF_PHASE2 if _is_of_child(attempt) else _OF_PHASE1 if attempt.stage in ("phase1", "unknown") else ()
    if any(_LOOKUP.search(one.get("reason") or one.origin.text) for one in attempt.all(*_MAY_SAY_LOOKUP)):
        likely = _OF_LOOKUP
    return tuple(Alternative(cause, "possible", tell_apart_by) for cause, tell_apart_by in likely)


def _found(tunnel: Tunnel, left: Sequence[tuple[Negotiation, Event | None]]) -> Found:
    attempt, event = left[0]
    lasts = [one.events[-1] if one.events else one.origin for one, _ in left]
    said = event.get("reason") if event else ""
    phase2 = "It failed in phase 2, the child SA under an IKE SA. " if _is_of_child(attempt) else ""
    told = f"the device refused the client{f' ({said})' if said else ''}" if event else "the log does not tell why"
    return Found(
        summary=f"The negotiation failed ({mode(attempt)}){waits_in(attempt.stopped_at)}: {told}",
        explanation="The group-policy lets in only certain clients, or clients that report what it asks for."
        if event
        else f"{phase2}These are the last lines of the attempt; none of them is known to name a reason.",
        evidence=few(event, attempt.all(*_ENDS)[:4], lasts[0]),
        confidence=capped("certain", event) if event else "possible",
        side="unknown",
        alternatives=() if event else _may_be(attempt),
        negotiation=None if is_loose(attempt) else attempt,
        selectors=attempt.selectors,
        next_steps=(
            _steps.read("show running-config group-policy", "see which clients the policy of these users lets in")
            if event
            else _steps.show_ike_sa(tunnel),
            _steps.show_logging(tunnel, "find what was logged before these lines"),
            _steps.show_map(tunnel),
            _steps.show_group(tunnel),
        ),
        ask_peer=("Which VPN client do you use, in which release, and on which operating system?",)
        if event
        else (f"Please send your log about our attempt{at_time(tunnel, attempt.ended_at or attempt.started_at)}.",),
        count=len(left),
        seen=(*(one.origin for one, _ in left), *lasts),
    )
