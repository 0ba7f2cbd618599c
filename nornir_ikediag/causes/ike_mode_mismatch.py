"""One end wants main mode and the other aggressive mode, or one speaks only IKEv1 and the other only IKEv2.

What you see
`Invalid exchange type (7)`, `Unsupported exchange type (29)`, INVALID_MAJOR_VERSION, `Detected unsupported version
number`, a refused aggressive mode; or an attempt with one IKE version after the other failed.

What it means
The responder does not allow the exchange that the initiator chose. Aggressive mode is often switched off for
security, and an IKEv2-only peer does not answer IKEv1 at all.

How to be sure
Compare the exchange and version in the log with the crypto map entry (`ikev1 phase1-mode`, `ikev2 ipsec-proposal`)
and with what the peer has configured.

How to fix it
Agree on one IKE version and, with IKEv1, on main mode unless the peer's address changes.

References
- RFC 2408 section 3.14.1, RFC 2409 section 5, RFC 7296 section 2.5
- asa-syslog: 713068, 752012, 752013, 752014
"""

from nornir_ikediag.causes import _steps
from nornir_ikediag.causes._attempts import failed_because, nothing, notify_name
from nornir_ikediag.causes._configured import map_lines
from nornir_ikediag.causes._findings import found
from nornir_ikediag.causes._policies import SYMPTOMS
from nornir_ikediag.causes._wording import after_colon, mode
from nornir_ikediag.model.event import Event, EventKind
from nornir_ikediag.model.negotiation import Negotiation
from nornir_ikediag.model.tunnel import Tunnel
from nornir_ikediag.model.verdict import Cause, Step, Verdict

CAUSE = Cause(
    title="The ends want different exchanges or IKE versions",
    family="phase1",
    severity="critical",
    needs=("log",),
    explains=SYMPTOMS,
)

_NOTIFIES = ("INVALID_EXCHANGE_TYPE", "UNSUPPORTED_EXCHANGE_TYPE", "INVALID_MAJOR_VERSION", "INVALID_MINOR_VERSION")


def match(tunnel: Tunnel) -> Verdict:
    """A refused mode or version, by us or by the peer."""
    refused = failed_because(tunnel, _is_mode)
    if not refused:
        return nothing(tunnel)
    attempt, event = refused[0]
    by_peer = event.kind == EventKind.NOTIFY_RECEIVED
    why = event.get("name") if by_peer else event.get("reason")
    return found(
        refused,
        summary=f"{'The peer refuses' if by_peer else 'We refuse'} this exchange ({mode(attempt)}){after_colon(why)}",
        explanation="What is refused is the mode or the IKE version itself, before any policy is compared.",
        confidence="likely",
        side="peer" if by_peer else "unknown",
        configuration=map_lines(tunnel),
        next_steps=_next(tunnel, by_peer=by_peer),
        ask_peer=("Is your end configured for IKEv1 or for IKEv2, and with IKEv1 for main or for aggressive mode?",),
    )


def _next(tunnel: Tunnel, *, by_peer: bool) -> tuple[Step, ...]:
    """First what the end that refused has: the entry that we began with, or what we do not accept."""
    entry = _steps.show_map(tunnel, "see which IKE version and mode the entry of this peer uses")
    mode_off = _steps.show_policies(tunnel, "see whether aggressive mode is switched off (`am-disable`)")
    enabled = _steps.read("show running-config crypto ikev2", "see on which interfaces IKEv2 is enabled")
    return (entry, mode_off, enabled) if by_peer else (mode_off, entry, enabled)


def _is_mode(attempt: Negotiation, event: Event) -> bool:
    if event.kind == EventKind.MODE_REFUSED:
        return True
    return event.kind == EventKind.NOTIFY_RECEIVED and notify_name(event) in _NOTIFIES
