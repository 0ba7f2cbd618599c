"""The large messages of the negotiation are lost while the small ones pass.

What you see
IKE messages of more than 1400 bytes, those with certificates, are RESENDING without an answer after small ones were
answered; or `Dropped received IKE fragment`, `Error assembling fragments! Fragment numbers are non-continuous`,
`Dropping received fragment, as fragmentation is not negotiated`.

What it means
A message that does not fit into one packet travels in IP fragments, which many firewalls and NAT devices drop. The
exchange dies exactly at the message that carries the certificate chain (MM5, MM6, IKE_AUTH).

How to be sure
Compare the `total length` of the unanswered message with those that were answered, and capture at both ends: the first
fragment arrives, the others do not.

How to fix it
Enable IKE fragmentation on both ends (IKEv1 vendor extension, IKEv2 RFC 7383), send a shorter certificate chain, or
let fragments of UDP 500 and 4500 pass.

References
- RFC 7383 (IKEv2 message fragmentation)
- asa-syslog: 715060, 715061, 715062, 750003
"""

from nornir_ikediag.causes import _steps
from nornir_ikediag.causes._attempts import failed_with, nothing
from nornir_ikediag.causes._findings import found
from nornir_ikediag.causes._silence import silent_attempts, unanswered
from nornir_ikediag.causes._wording import mode, sends, waits_in
from nornir_ikediag.model.event import EventKind
from nornir_ikediag.model.negotiation import Negotiation
from nornir_ikediag.model.tunnel import Tunnel
from nornir_ikediag.model.verdict import Alternative, Cause, Found, Step, Verdict

CAUSE = Cause(
    title="Large IKE messages are lost",
    family="reachability",
    severity="critical",
    needs=("log",),
    explains=(
        "tunnel-down", "tunnel-negotiating", "authentication-timeout", "peer-stopped-answering", "packet-malformed",
        "tunnel-flapping", "undetermined",
    ),
)  # fmt: skip

_OURS = "Do all IP fragments of our large IKE message arrive at your end? The small ones are answered, this one is not."
_THEIRS = "Does every IP fragment of your large IKE message leave your network? Only a part of them arrives here."
_BOTH = "Is IKE fragmentation enabled on your side, and does any device in front of you drop UDP fragments?"


def match(tunnel: Tunnel) -> Verdict:
    """Fragments that the device complains about, or silence after a message too large for one packet."""
    said = failed_with(tunnel, EventKind.FRAGMENT_DROPPED, EventKind.FRAGMENT_MISSING)
    if said:
        attempt, _ = said[0]
        return found(
            said,
            summary=f"Fragments of the peer's large IKE message are lost or dropped ({mode(attempt)})",
            explanation="The device received only a part of a message that was sent in fragments.",
            also=attempt.all(EventKind.FRAGMENT_DROPPED, EventKind.FRAGMENT_MISSING),
            confidence="likely",
            side="path",
            next_steps=_next(tunnel),
            ask_peer=(_THEIRS, _BOTH),
        )
    quiet = silent_attempts(tunnel, "fragment-loss")
    return _unanswered(tunnel, quiet[0], len(quiet)) if quiet else nothing(tunnel)


def _unanswered(tunnel: Tunnel, attempt: Negotiation, count: int) -> Found:
    size = next((one.get("length") for one in sends(attempt) if one.get("length")), "")
    return Found(
        summary=f"Our large message{f' of {size} bytes' if size else ''} gets no answer{waits_in(attempt.stopped_at)}, "
        "small ones did: its fragments are probably lost",
        explanation="The message does not fit into one packet. Smaller messages of the same exchange were answered.",
        evidence=unanswered(attempt),
        confidence="likely" if attempt.received and attempt.outcome == "failed" else "possible",
        side="path",
        negotiation=attempt,
        alternatives=(
            Alternative(
                "peer-stopped-answering", "possible", "the peer's log: the whole message arrives and is dropped"
            ),
        ),
        next_steps=_next(tunnel),
        ask_peer=(_OURS, _BOTH),
        count=count,
    )


def _next(tunnel: Tunnel) -> tuple[Step, ...]:
    return (
        _steps.read(f"show running-config all crypto {_steps.keyword(tunnel)}", "see whether IKE fragmentation is on"),
        _steps.show_ike_sa(tunnel),
        _steps.read("show fragment", "see whether the device itself drops fragments"),
    )
