"""The certificate of one end is refused by the other: expired, not yet valid, revoked, or untrusted.

What you see
`Certificate validation failed. Reason: …`, `Certificate chain failed validation`, `Unable to process the received
peer certificate`; in IKEv2 `Failed to validate the certificate`, `The certificate has been revoked`; a notify such as
`Invalid certificate (20)` or `Invalid signature (25)` when the peer refuses ours.

What it means
The chain does not lead to a CA that the refusing end trusts, the certificate is outside its validity by that end's
clock, or its revocation status cannot be checked or is bad.

How to be sure
Compare `show crypto ca certificates` and `show clock` on the end that refuses with the certificate that was sent.
Check whether the CRL or OCSP responder can be reached.

How to fix it
Install the missing CA certificates, renew the certificate, or set the clock. Switching revocation checks off is a
decision for whoever is responsible for security.

References
- RFC 4945 (use of certificates in IKE), RFC 5280 section 6 (path validation)
- asa-syslog: 713081, 713086, 713109, 717009, 717027, 751006, 750003
"""

from nornir_ikediag.causes import _steps
from nornir_ikediag.causes._attempts import failed_because, nothing, notify_name
from nornir_ikediag.causes._configured import group_lines
from nornir_ikediag.causes._findings import found
from nornir_ikediag.causes._wording import after_colon
from nornir_ikediag.model.event import Event, EventKind
from nornir_ikediag.model.negotiation import Negotiation
from nornir_ikediag.model.tunnel import Tunnel
from nornir_ikediag.model.verdict import Cause, Verdict

CAUSE = Cause(
    title="A certificate is not accepted",
    family="authentication",
    severity="critical",
    needs=("log",),
    explains=(
        "authentication-failed", "authentication-timeout", "deleted-by-peer", "tunnel-down", "tunnel-negotiating",
        "packet-malformed", "rekey-failed", "tunnel-flapping", "undetermined",
    ),
)  # fmt: skip

_THEIRS = "We refuse the peer's"


def match(tunnel: Tunnel) -> Verdict:
    """We refuse the peer's certificate, or the peer refuses ours."""
    refused = failed_because(tunnel, _is_certificate)
    if not refused:
        return nothing(tunnel)
    attempt, event = refused[0]
    by_peer = event.kind == EventKind.NOTIFY_RECEIVED
    why = event.get("name") if by_peer else event.get("reason")
    return found(
        refused,
        summary=f"{'The peer refuses our' if by_peer else _THEIRS} certificate{after_colon(why)}",
        explanation="The certificate reached the other end and failed its checks: chain, validity by that end's clock, "
        "revocation, or use.",
        also=attempt.all(EventKind.CERTIFICATE_INVALID, EventKind.AUTH_FAILED),
        confidence="likely" if by_peer else "certain",
        side="local" if by_peer else "peer",
        configuration=group_lines(tunnel),
        next_steps=(
            _steps.read("show crypto ca certificates", "compare CAs, validity and names with the peer's certificate"),
            _steps.read("show clock", "see that our clock is right: validity is judged by it"),
            _steps.read("show running-config crypto ca trustpoint", "see how revocation is checked"),
            _steps.show_group(tunnel, "see which trustpoint and which validation this peer has"),
        ),
        ask_peer=(
            "Please send the chain of your certificate (not the key) with its validity and the CA that issued it.",
            "Which CAs does your end trust for our certificate, and what does its log say about ours?",
        ),
    )


def _is_certificate(attempt: Negotiation, event: Event) -> bool:
    if event.kind == EventKind.CERTIFICATE_INVALID:
        return True
    return event.kind == EventKind.NOTIFY_RECEIVED and (
        "CERT" in notify_name(event) or "SIGNATURE" in notify_name(event)
    )
