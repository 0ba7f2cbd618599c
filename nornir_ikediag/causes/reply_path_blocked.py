"""The peer keeps repeating itself although we answer: our replies do not reach it.

What you see
`Duplicate first packet detected. Ignoring packet`, `Duplicate Phase 1 packet detected. Retransmitting last packet`,
our own RESENDING, and the state MM_WAIT_MSG3 at the end that responds.

What it means
The direction from the peer to us works and the other one does not: asymmetric routing, a filter or NAT that lets only
one direction through, or replies that leave through another interface or from another address.

How to be sure
Capture UDP 500 on the interface that faces the peer: does our reply leave there, with the address that the peer sent
to? The peer sees nothing arrive.

How to fix it
Correct the route to the peer, or open UDP 500 and 4500 towards it. Check that no NAT rule rewrites our reply.

References
- RFC 2408 section 2.5.1, RFC 7296 section 2.1 (retransmission)
- asa-syslog: 713201, 713202
"""

from nornir_ikediag.causes import _steps
from nornir_ikediag.causes._attempts import nothing
from nornir_ikediag.causes._silence import Quiet, quiet
from nornir_ikediag.causes._wording import few, plural, waits_in
from nornir_ikediag.model.event import EventKind
from nornir_ikediag.model.tunnel import Tunnel
from nornir_ikediag.model.verdict import Alternative, Cause, Found, Verdict

CAUSE = Cause(
    title="Our replies do not reach the peer",
    family="reachability",
    severity="critical",
    needs=("log",),
    explains=(
        "tunnel-down", "tunnel-negotiating", "phase2-missing", "phase2-no-response", "peer-stopped-answering",
        "tunnel-flapping", "undetermined",
    ),
)  # fmt: skip


def match(tunnel: Tunnel) -> Verdict:
    """The peer repeats its message, we answer each time, and it does not get on."""
    silent = quiet(tunnel, "reply-path-blocked", "MM_WAIT_MSG3")
    return _found(tunnel, silent) if silent else nothing(tunnel)


def _found(tunnel: Tunnel, silent: Quiet) -> Found:
    repeats = silent.attempt.peer_repeats if silent.attempt else 0
    duplicates = silent.attempt.all(EventKind.DUPLICATE)[:3] if silent.attempt else ()
    does = f"repeated itself {plural(repeats, 'time')}" if repeats else "does not go on"
    return Found(
        summary=f"The peer {does} although we answer: our replies do not reach it{waits_in(silent.state)}",
        explanation="What the peer sends arrives, so that direction works. A peer that repeats a message which was "
        "answered has not seen the answer.",
        evidence=few(duplicates, silent.evidence),
        confidence=silent.confidence,
        side="path",
        negotiation=silent.attempt,
        alternatives=(
            Alternative(
                "peer-stopped-answering", "possible", "a capture at the peer: our reply arrives and is dropped"
            ),
        ),
        next_steps=(
            _steps.read(f"show route {tunnel.peer}", "see through which interface our replies leave"),
            _steps.read("show running-config nat", "see that no rule rewrites our replies to the peer"),
            _steps.show_ike_sa(tunnel),
        ),
        ask_peer=(
            "Your end repeats its message although we answer every one. Do our UDP 500 replies arrive at your end, and "
            "from which address?",
            "Is there a filter or NAT on your side that lets UDP 500 and 4500 out but not in?",
        ),
        count=silent.count,
    )
