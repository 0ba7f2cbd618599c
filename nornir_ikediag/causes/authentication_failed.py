"""Authentication failed, and the log does not tell why.

What you see
`Authentication failed (24)`, AUTHENTICATION_FAILED in IKEv2, a wrong hash or signature, and no line that names the
key, the identity or the certificate as the reason.

What it means
One end could not verify the other. With pre-shared keys these usually differ; with certificates the signature, the
chain or the name is refused; with EAP the user is.

How to be sure
Read the log of the end that refused: it names the reason. Collect a debug there at the time of the attempt.

How to fix it
Enter the keys again on both ends, or check certificates and identities, as the other end's log says.

References
- RFC 2409 section 5, RFC 7296 section 2.15 and 2.21.2
- asa-syslog: 713068, 713251, 750003
"""

from nornir_ikediag.causes import _steps
from nornir_ikediag.causes._attempts import failed_because, judged, nothing, notify_name, phase_of
from nornir_ikediag.causes._configured import group_lines
from nornir_ikediag.causes._findings import found
from nornir_ikediag.causes._keys import AUTHENTICATION_NOTIFIES, blames_key
from nornir_ikediag.causes._silence import meaning, uses_certificates
from nornir_ikediag.causes._wording import mode
from nornir_ikediag.model.event import Event, EventKind
from nornir_ikediag.model.negotiation import Negotiation
from nornir_ikediag.model.tunnel import Tunnel
from nornir_ikediag.model.verdict import Alternative, Cause, Found, Verdict

CAUSE = Cause(
    title="Authentication failed for a reason that the log does not tell",
    family="authentication",
    severity="critical",
    needs=("log",),
    explains=(
        "authentication-timeout", "deleted-by-peer", "tunnel-down", "tunnel-negotiating", "packet-malformed",
        "rekey-failed", "tunnel-flapping", "undetermined",
    ),
)  # fmt: skip

_LOG = "the log of the end that refused, at the time of the attempt"


def match(tunnel: Tunnel) -> Verdict:
    """Authentication refused, and neither key, identity nor certificate is named."""
    refused = failed_because(tunnel, _is_unexplained)
    if not refused:
        return _only_the_exchange(tunnel) or nothing(tunnel)
    attempt, event = refused[0]
    by_peer = event.kind == EventKind.NOTIFY_RECEIVED
    why = event.get("name") if by_peer else event.get("reason")
    others = ["identity-mismatch", "certificate-invalid"]
    if not uses_certificates(attempt):
        others.insert(0, "pre-shared-key-mismatch")
    return found(
        refused,
        summary=f"Authentication failed ({mode(attempt)}): {'the peer' if by_peer else 'this device'} refuses"
        f"{f', {why}' if why else ''}",
        explanation="The lines say that authentication failed and not what was wrong with it.",
        also=attempt.all(EventKind.AUTH_FAILED, EventKind.NOTIFY_RECEIVED),
        confidence="likely",
        side="peer" if by_peer else "unknown",
        alternatives=tuple(Alternative(cause, "possible", _LOG) for cause in others),
        configuration=group_lines(tunnel),
        next_steps=(
            _steps.show_group(tunnel, "see how this peer is authenticated"),
            _steps.read("show crypto ca certificates", "see our certificates, if the tunnel uses them"),
            _steps.show_logging(tunnel),
        ),
        ask_peer=("Our authentication is refused. What does your log say about it: key, identity or certificate?",),
    )


def _only_the_exchange(tunnel: Tunnel) -> Found | None:
    # the initiator's last word on any failed IKE_AUTH; mostly the authentication, sometimes its child SA
    failed = [(attempt, _exchange_failed(attempt)) for attempt, event in judged(tunnel) if event is None]
    claimed = [(attempt, event) for attempt, event in failed if event and meaning(attempt) is None]
    if not claimed:
        return None
    return found(
        claimed,
        summary="The IKE_AUTH exchange failed, most often for the authentication; the log does not tell why",
        explanation="IKE_SA_INIT went through, so the path and the policies are right. The end that refused knows why.",
        confidence="possible",
        side="unknown",
        alternatives=(
            *(Alternative(cause, "possible", _LOG) for cause in ("pre-shared-key-mismatch", "identity-mismatch")),
            Alternative("proxy-identity-mismatch", "possible", _LOG),
        ),
        configuration=group_lines(tunnel),
        next_steps=(_steps.show_group(tunnel, "see how this peer is authenticated"), _steps.show_logging(tunnel)),
        ask_peer=("Our IKE_AUTH exchange fails. What does your log say: key, identity, certificate or networks?",),
    )


def _exchange_failed(attempt: Negotiation) -> Event | None:
    aborted = attempt.all(EventKind.NEGOTIATION_ABORTED)
    return next(
        (one for one in aborted if "auth exchange failed" in f"{one.get('reason')} {one.origin.text}".lower()), None
    )


def _is_unexplained(attempt: Negotiation, event: Event) -> bool:
    if blames_key(attempt, event):
        return False
    if event.kind == EventKind.NOTIFY_RECEIVED:
        return notify_name(event) in AUTHENTICATION_NOTIFIES and phase_of(attempt, event) == 1
    return event.kind == EventKind.AUTH_FAILED
