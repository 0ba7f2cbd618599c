"""NAT was found, and the exchange dies at its first message on UDP 4500.

What you see
`Automatic NAT Detection Status` that says `is behind a NAT device` for one end, perhaps `Floating NAT-T … to … port
4500`, then RESENDING and nothing RECEIVED: MM_WAIT_MSG6 or MM_WAIT_MSG5, in IKEv2 I_WAIT_AUTH or R_WAIT_AUTH.

What it means
With NAT between the ends both move to UDP 4500 for the next message. A filter, or the NAT device, does not let 4500
through in one or both directions. What was negotiated on UDP 500 proves nothing about 4500.

How to be sure
Capture UDP 4500 on the outside interface. If the peer's packets arrive and it still fails, suspect the pre-shared key.

How to fix it
Open UDP 4500 in both directions, beside UDP 500, on every filter between the ends, and check the port forwarding of a
NAT device in front of the responder.

References
- RFC 3947 section 4, RFC 3948, RFC 7296 section 2.23
- asa-syslog: 713172, 713905
"""

from nornir_ikediag.causes import _steps
from nornir_ikediag.causes._attempts import nothing
from nornir_ikediag.causes._silence import blames_authentication, silent_attempts
from nornir_ikediag.causes._wording import few, mode, resends, waits_in
from nornir_ikediag.model.event import EventKind
from nornir_ikediag.model.negotiation import Negotiation
from nornir_ikediag.model.tunnel import Tunnel
from nornir_ikediag.model.verdict import Alternative, Cause, Found, Verdict

CAUSE = Cause(
    title="UDP 4500 is blocked",
    family="reachability",
    severity="critical",
    needs=("log",),
    explains=(
        "tunnel-down", "tunnel-negotiating", "authentication-timeout", "peer-stopped-answering", "reply-path-blocked",
        "tunnel-flapping", "undetermined",
    ),
)  # fmt: skip


def match(tunnel: Tunnel) -> Verdict:
    """NAT between the ends, and nothing received after the move to UDP 4500."""
    quiet = silent_attempts(tunnel, "nat-t-port-blocked")
    if not quiet:
        return nothing(tunnel)
    attempt = quiet[0]
    verdict = attempt.last(EventKind.NAT_VERDICT)
    return Found(
        summary=f"UDP 4500 is blocked: NAT was found and nothing came on port 4500{waits_in(attempt.stopped_at)}",
        explanation=f"{_who_is_behind(attempt)} The messages on UDP 500 passed; the first one that has to use UDP 4500 "
        f"({mode(attempt)}) was sent in vain.",
        evidence=few(
            verdict, attempt.last(EventKind.NAT_FLOAT), resends(attempt)[:2], attempt.last(EventKind.FSM_ERROR)
        )
        or (attempt.origin.origin,),
        confidence="possible" if blames_authentication(attempt) and not attempt.floated else "likely",
        side="path",
        negotiation=attempt,
        alternatives=(_other(attempt),),
        next_steps=(
            _steps.read(
                "show running-config access-list | include 4500", "see whether a filter of ours names the port"
            ),
            _steps.read("show running-config all crypto isakmp", "see that NAT traversal is not off"),
            _steps.show_ike_sa(tunnel),
        ),
        ask_peer=(
            "There is NAT between us, so that IKE moves to UDP 4500. Do our packets to that port arrive at your end, "
            "and do your replies leave?",
            "Please open UDP 4500 beside UDP 500 in both directions, on every filter and NAT device on your side.",
        ),
        count=len(quiet),
    )


def _who_is_behind(attempt: Negotiation) -> str:
    verdict = attempt.last(EventKind.NAT_VERDICT)
    remote, local = (verdict.get("remote"), verdict.get("local")) if verdict else ("", "")
    if remote == "yes" and local == "yes":
        return "Both ends are behind NAT."
    if remote == "yes":
        return "The peer is behind NAT."
    return "We are behind NAT." if local == "yes" else "There is NAT between the ends."


def _other(attempt: Negotiation) -> Alternative:
    capture = "a capture of UDP 4500 outside: if packets arrive from the peer, it is not the port"
    if attempt.ike_version == 2:
        return Alternative(
            "fragment-loss", "possible", f"{capture}; then compare the size of IKE_AUTH with the path MTU"
        )
    return Alternative("pre-shared-key-mismatch", "possible", f"{capture} but the key")
