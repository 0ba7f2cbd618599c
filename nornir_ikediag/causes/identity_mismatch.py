"""The identity that the peer presents is not the one that is expected.

What you see
A refused identity after the keys were agreed: an FSM history that ends in MM_BLD_MSG6 with a check of the identity,
`Unknown identification type`, `Invalid ID info (18)` in phase 1; in IKEv2 `Failed to find profile`, `Detected an
unsupported ID type`, `Remote or local ID isn't defined`; a certificate whose name does not fit `peer-id-validate`.

What it means
Each end names itself by an address, a host name, a key id or the subject of its certificate. The other end looks up
its configuration by that name, or compares it with the certificate, and finds something else.

How to be sure
Read which identity was received (`ID_… ID received`, `Searching policy based on peer's identity`), and compare it
with the name of the tunnel-group and, for certificates, with the certificate's names.

How to fix it
Set `crypto isakmp identity` at the end that presents the wrong name (`address`, `hostname`, `key-id`, or `auto`),
name the tunnel-group after what the peer sends, or map certificates with `tunnel-group-map` rules.

References
- RFC 2407 section 4.6.2, RFC 7296 section 3.5
- asa-syslog: 713008, 713009, 713016, 713017, 713018, 713084, 713085, 713105, 717037, 750003
"""

from nornir_ikediag.causes import _steps
from nornir_ikediag.causes._attempts import failed_because, nothing, notify_name, phase_of
from nornir_ikediag.causes._configured import group_lines
from nornir_ikediag.causes._findings import found
from nornir_ikediag.causes._silence import uses_certificates
from nornir_ikediag.causes._wording import after_colon
from nornir_ikediag.model.event import Event, EventKind
from nornir_ikediag.model.negotiation import Negotiation
from nornir_ikediag.model.tunnel import Tunnel
from nornir_ikediag.model.verdict import Alternative, Cause, Verdict

CAUSE = Cause(
    title="The peer's identity is not the one expected",
    family="authentication",
    severity="critical",
    needs=("log",),
    explains=(
        "authentication-failed", "authentication-timeout", "certificate-invalid", "deleted-by-peer", "tunnel-down",
        "tunnel-negotiating", "packet-malformed", "rekey-failed", "tunnel-flapping", "undetermined",
    ),
)  # fmt: skip


def match(tunnel: Tunnel) -> Verdict:
    """An identity that one end refuses while the IKE SA is being built."""
    refused = failed_because(tunnel, _is_identity)
    if not refused:
        return nothing(tunnel)
    attempt, event = refused[0]
    by_peer = event.kind == EventKind.NOTIFY_RECEIVED
    presented = attempt.last(EventKind.ID_RECEIVED)
    value = presented.get("value") if presented and not by_peer else ""
    value = f" {value}" if value else ""
    who = "The peer refuses the identity that we present" if by_peer else f"The peer's identity{value} is not expected"
    return found(
        refused,
        summary=f"{who}{after_colon(event.get('reason'))}",
        explanation="The policies and, as far as the log shows, the keys were fine: what is refused is the name by "
        f"which {'we present ourselves' if by_peer else 'the peer presents itself'}.",
        also=(presented, attempt.last(EventKind.TUNNEL_GROUP_LANDED)),
        confidence="likely",
        side="unknown",
        alternatives=(
            Alternative(
                "pre-shared-key-mismatch", "possible", "whether the identity is readable: garbage means a wrong key"
            ),
        )
        if attempt.ike_version == 1 and not uses_certificates(attempt)
        else (),
        configuration=group_lines(tunnel),
        next_steps=(
            _steps.show_group(tunnel, "see by which name this peer is expected"),
            _steps.read("show running-config crypto isakmp", "see which identity we present"),
            _steps.read("show running-config tunnel-group-map", "see how certificates are mapped to tunnel-groups"),
            _steps.change(
                "crypto isakmp identity auto",
                "we present the address with keys and the subject with certificates; it holds for every peer of ours",
            ),
        ),
        ask_peer=(
            "Which IKE identity (type and value) does your end present to us, and which one does it expect from us?",
        ),
    )


def _is_identity(attempt: Negotiation, event: Event) -> bool:
    if event.kind == EventKind.ID_REFUSED or (event.kind == EventKind.MALFORMED and "identi" in event.get("reason")):
        return phase_of(attempt, event) == 1
    told = event.kind == EventKind.NOTIFY_RECEIVED and notify_name(event).startswith("INVALID_ID")
    return told and phase_of(attempt, event) == 1
