"""The tunnel sits in a negotiation state.

What you see
`MM_WAIT_MSG…`, `AM_WAIT_MSG…`, an XAUTH or mode-config state, IN-NEG; often with type `user` although it is a
LAN-to-LAN peer, because the group is not known yet.

What it means
An exchange has begun and the next message has not come. A healthy exchange passes through in a second, so whoever is
seen here usually waits and repeats himself; a person typing a password is the exception.

How to be sure
Read the list again after ten seconds: the same state is no passing moment.

How to fix it
The state says who waits for what: MSG2 the peer's first answer, MSG4 its key exchange, MSG5 and MSG6 its
authentication. A debug window at this peer tells why it does not come.

References
- RFC 2409 section 5 (the six messages of main mode), RFC 7296 section 1.2
- Cisco document 113574, "ASA IPsec and IKE Debugs (IKEv1 Main Mode) Troubleshooting TechNote"
"""

from nornir_ikediag.causes import _steps
from nornir_ikediag.causes._configured import map_lines
from nornir_ikediag.causes._state import has_lasted, last_words, sa_lines
from nornir_ikediag.model.tunnel import Tunnel
from nornir_ikediag.model.verdict import Alternative, Cause, Found, RuledOut, Verdict

CAUSE = Cause(
    title="The tunnel sits in a negotiation",
    family="state",
    severity="warning",
    needs=("crypto_isakmp_sa",),
    explains=("undetermined",),
)


# What it mostly is where a look at the SAs catches a negotiation in such a state.
_MAY_BE = (
    (
        "XAUTH",
        (
            Alternative(
                "xauth-not-negotiated", "possible", "whether the peer is a gateway: its group must want no user"
            ),
            Alternative("xauth-timeout", "possible", "whether somebody sits at the peer who can type a password"),
            Alternative("xauth-server-unreachable", "possible", "`show aaa-server`: whether requests time out"),
        ),
    ),
    (
        "IN-NEG",
        (
            Alternative("peer-no-reply", "possible", "a debug, or a capture on UDP 500: whether anything comes back"),
            Alternative("peer-stopped-answering", "possible", "the same: whether the answers end before IKE_AUTH"),
        ),
    ),
)


def match(tunnel: Tunnel) -> Verdict:
    """An IKE SA that waits, or a log that ends where we or the peer repeat ourselves; a log that merely ends in the
    middle of an exchange says nothing."""
    if tunnel.state != "negotiating":
        return RuledOut()
    unfinished = tunnel.unfinished[-1] if tunnel.unfinished else None
    stuck = unfinished is not None and (unfinished.resent_at_end or unfinished.peer_repeats)
    if not tunnel.ike_sas and not stuck:
        return RuledOut()
    state = next((sa.state for sa in tunnel.ike_sas if sa.state), unfinished.stopped_at if unfinished else None)
    return Found(
        summary=f"The negotiation waits in {state}" if state else "The negotiation has begun and does not go on",
        explanation="A healthy exchange passes through its states in about a second.",
        evidence=sa_lines(tunnel) or last_words(tunnel),
        confidence="likely" if has_lasted(tunnel) or stuck else "possible",
        side="unknown",
        negotiation=unfinished,
        alternatives=next((others for part, others in _MAY_BE if part in (state or "").upper()), ()),
        configuration=map_lines(tunnel),
        next_steps=(
            _steps.show_ike_sa(tunnel, "see whether it still waits in the same state"),
            _steps.show_logging(tunnel),
        ),
        ask_peer=("Which of our messages reach you, and what do you answer?",),
    )
