"""The pre-shared keys of the two ends differ.

What you see
`had problems decrypting packet, probably due to mismatched pre-shared key`, `Received encrypted Oakley Main Mode
packet with invalid payloads`, an un-encrypted PAYLOAD_MALFORMED notify, `Invalid hash info (23)`; in IKEv2 `Failed to
authenticate the IKE SA` or AUTHENTICATION_FAILED. Often nothing but silence in MM_WAIT_MSG5, MM_WAIT_MSG6 or
AM_WAIT_MSG3.

What it means
IKEv1 main mode encrypts its fifth message with a key that is derived from the pre-shared key: with different keys the
receiver sees garbage. Aggressive mode and IKEv2 compare a hash instead. Policies and path are fine up to there.

How to be sure
Look for anything RECEIVED after the exchange moved to UDP 4500. If NAT was found and nothing came, suspect the port
first. The end that could not decrypt says so in its log.

How to fix it
Enter the same key again on both ends, typed and not pasted with a trailing blank. In IKEv2 our local key is the
peer's remote key and the other way round. Then reset this tunnel only.

References
- RFC 2409 section 5.4 (SKEYID from the pre-shared key), RFC 7296 section 2.15
- Cisco document 113574, "ASA IPsec and IKE Debugs (IKEv1 Main Mode) Troubleshooting TechNote"
- asa-syslog: 713048, 713068, 713903
"""

from collections.abc import Sequence

from nornir_ikediag.causes._attempts import capped, failed_because, is_loose, nothing
from nornir_ikediag.causes._configured import group_lines
from nornir_ikediag.causes._findings import seen_in
from nornir_ikediag.causes._keys import blames_key, key_questions, key_steps
from nornir_ikediag.causes._silence import Quiet, blames_authentication, quiet
from nornir_ikediag.causes._wording import few, mode, waits_in
from nornir_ikediag.model.event import Event, EventKind
from nornir_ikediag.model.negotiation import Negotiation
from nornir_ikediag.model.tunnel import Tunnel
from nornir_ikediag.model.verdict import Alternative, Cause, Found, Verdict

CAUSE = Cause(
    title="The pre-shared keys differ",
    family="authentication",
    severity="critical",
    needs=("log",),
    explains=(
        "authentication-failed", "authentication-timeout", "peer-stopped-answering", "reply-path-blocked",
        "nat-t-port-blocked", "deleted-by-peer", "tunnel-down", "tunnel-negotiating", "packet-malformed",
        "spi-desynchronised", "rekey-failed", "tunnel-flapping", "undetermined",
    ),
)  # fmt: skip

_PORT = Alternative(
    "nat-t-port-blocked",
    "possible",
    "whether anything is RECEIVED on UDP 4500 after NAT was found: a capture on the outside interface shows it",
)

_IDENTITY = Alternative(
    "identity-mismatch",
    "possible",
    "the peer's log: whether it knows the identity that we present, behind NAT above all",
)
_PATH = Alternative("reply-path-blocked", "possible", "the peer's log: our last message never arrived there")


def match(tunnel: Tunnel) -> Verdict:
    """A line that only different keys explain; else silence where the keys are first put to use."""
    said = failed_because(tunnel, blames_key)
    if said:
        return _said(tunnel, said)
    silent = quiet(tunnel, "pre-shared-key-mismatch", "MM_WAIT_MSG5", "MM_WAIT_MSG6", "AM_WAIT_MSG3")
    return _silent(tunnel, silent) if silent else nothing(tunnel)


def _said(tunnel: Tunnel, said: Sequence[tuple[Negotiation, Event]]) -> Found:
    attempt, event = said[0]
    told = event.kind == EventKind.NOTIFY_RECEIVED
    what = f"the peer answers {event.get('name')}" if told else "the peer's message does not fit our key"
    return Found(
        summary=f"The pre-shared keys differ: {what} ({mode(attempt)}{waits_in(attempt.stopped_at)})",
        explanation="The policies were agreed and the Diffie-Hellman exchange is done; what fails is the first message "
        "whose encryption or hash depends on the pre-shared key.",
        evidence=few(event, attempt.all(EventKind.DECRYPT_FAILED, EventKind.AUTH_FAILED, EventKind.NOTIFY_RECEIVED)),
        confidence=capped("certain" if event.get("blames_key") == "yes" else "likely", event),
        side="unknown",
        negotiation=None if is_loose(attempt) else attempt,
        alternatives=(_IDENTITY,) if told and attempt.ike_version == 2 else (),
        configuration=group_lines(tunnel),
        next_steps=key_steps(tunnel),
        ask_peer=key_questions(tunnel),
        count=len(said),
        seen=seen_in(said),
    )


def _silent(tunnel: Tunnel, silent: Quiet) -> Found:
    attempt = silent.attempt
    suspicion = blames_authentication(attempt) if attempt else None
    sure = attempt is None or suspicion is not None or attempt.nat_detected is False
    return Found(
        summary=f"Probably the pre-shared keys differ: silence{waits_in(silent.state)}, where the key is first used",
        explanation="The first message that is encrypted with the key stays unanswered: a peer with another key cannot "
        "read it, and most say nothing. With NAT between the ends a blocked UDP 4500 looks the same.",
        evidence=few(suspicion, silent.evidence),
        confidence=silent.confidence if sure else "possible",
        side="unknown",
        negotiation=attempt,
        alternatives=(_PORT, _PATH) if attempt and attempt.peer_repeats else (_PORT,),
        configuration=group_lines(tunnel),
        next_steps=key_steps(tunnel),
        ask_peer=key_questions(tunnel),
        count=silent.count,
    )
