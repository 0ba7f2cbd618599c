"""Our first message gets no reply at all.

What you see
`IKE_DECODE RESENDING Message (msgid=0)` with the SA payload and nothing RECEIVED; an FSM history that ends in
MM_WAIT_MSG2 or AM_WAIT_MSG2 with EV_RETRY or EV_TIMEOUT; in IKEv2 retransmissions of IKE_SA_INIT up to the maximum. In
`show crypto isakmp sa` the state MM_WAIT_MSG2, often with type `user` because the group is not known yet.

What it means
The path to the peer, UDP 500, or IKE on the peer is not there; or the address is not the peer's; or the peer knows
nothing about us, or accepts none of our policies, and refuses in silence.

How to be sure
Capture UDP 500 on the outside interface: does our packet leave, does anything come back? A ping proves little. The
peer's log tells whether our packet arrives.

How to fix it
Check the route to the peer and the `set peer` address, filters for UDP 500 and 4500 on the way, and with the peer
that IKE is enabled and that our public address is configured.

References
- RFC 2408 section 2.5.1, RFC 7296 section 2.1 (retransmission)
- Cisco document 81824, "Most Common L2L and Remote Access IPsec VPN Troubleshooting Solutions"
- asa-syslog: 713136, 713157, 713902, 750003, 752015
"""

import msgspec

from nornir_ikediag.causes import _steps
from nornir_ikediag.causes._attempts import nothing, shows_packets
from nornir_ikediag.causes._configured import map_lines
from nornir_ikediag.causes._silence import Quiet, quiet
from nornir_ikediag.causes._wording import plural, waits_in
from nornir_ikediag.model.event import EventKind
from nornir_ikediag.model.tunnel import Tunnel
from nornir_ikediag.model.verdict import Alternative, Cause, Found, Verdict

CAUSE = Cause(
    title="The peer does not answer our first message",
    family="reachability",
    severity="critical",
    needs=("log",),
    explains=("tunnel-down", "tunnel-negotiating", "tunnel-flapping", "undetermined"),
)


def match(tunnel: Tunnel) -> Verdict:
    """We started, repeated ourselves, and nothing ever came."""
    silent = quiet(tunnel, "peer-no-reply", "MM_WAIT_MSG2", "AM_WAIT_MSG2")
    return _found(tunnel, silent) if silent else nothing(tunnel)


_ANY_MESSAGE = (
    Alternative("peer-stopped-answering", "possible", "a debug of the next attempt: whether anything came before"),
    Alternative("nat-t-port-blocked", "possible", "a debug of the next attempt: whether NAT is found, and 4500 silent"),
    Alternative(
        "dead-peer-detected", "possible", "whether the tunnel was up before: a liveness check is repeated, too"
    ),
)


def _found(tunnel: Tunnel, silent: Quiet) -> Found:
    if silent.attempt and silent.attempt.has(EventKind.RETRIES_EXHAUSTED) and not _shows_which(silent):
        return msgspec.structs.replace(
            _first_unanswered(tunnel, silent),
            summary="The peer does not answer: a message of ours was repeated in vain, and the log does not tell which",
            explanation="Mostly it is the first message of all: no path, no IKE, or a peer that refuses in silence.",
            alternatives=_ANY_MESSAGE,
        )
    return _first_unanswered(tunnel, silent)


def _shows_which(silent: Quiet) -> bool:
    return bool(silent.state) or (silent.attempt is not None and shows_packets(silent.attempt))


def _first_unanswered(tunnel: Tunnel, silent: Quiet) -> Found:
    resent = silent.attempt.resent if silent.attempt else 0
    source = f" from {silent.attempt.local}" if silent.attempt and silent.attempt.local else ""
    to = f" to {tunnel.peer}" if _steps.names_address(tunnel) else ""
    times = f" after {plural(resent, 'resend')}" if resent else ""
    return Found(
        summary=f"The peer does not answer our first message{times}: nothing was received{waits_in(silent.state)}",
        explanation="No packet of the peer belongs to this negotiation. Either none arrives, or the peer drops ours "
        "without a word: it does not know our address, or accepts none of our policies.",
        evidence=silent.evidence,
        confidence=silent.confidence,
        side="unknown",
        negotiation=silent.attempt,
        alternatives=(
            Alternative("ike-policy-mismatch", "possible", "the peer's log: our packet arrives and is refused"),
            Alternative("tunnel-group-missing", "possible", "the peer's log: no configuration for our address"),
        ),
        configuration=map_lines(tunnel),
        next_steps=(
            _steps.read(f"show route {tunnel.peer}", "see that there is a route, and through which interface"),
            _steps.read(f"show running-config crypto map | include {tunnel.peer}", "check the `set peer` address"),
            _steps.show_ike_sa(tunnel),
            _steps.show_logging(tunnel),
        ),
        ask_peer=(
            f"Do our UDP 500 packets{source}{to} arrive at your end, and what does your log say about them?",
            "Is IKE enabled on that interface, and is our public address configured as a peer?",
        ),
        count=silent.count,
    )
