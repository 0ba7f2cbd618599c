"""What it means when an attempt ends in silence: nobody refused anything, and the next message did not come.

Theory. Who waits for what tells how far the messages got (RFC 2409 section 5, RFC 7296 section 1.2):

* Nothing ever came back: no path, no IKE, or a peer that refuses in silence.
* NAT was found (NAT-D payloads, MM3/MM4 or IKE_SA_INIT), so both ends move to UDP 4500 with the next message (RFC 3947
  section 4, RFC 7296 section 2.23). If nothing comes there, port 4500 is blocked.
* The last message is larger than an Ethernet frame carries: its fragments are lost.
* MM5 and MM6 are the first encrypted messages. With pre-shared keys that differ the peer cannot read MM5, and most
  peers then say nothing.
* The peer repeats its message although we answered: our answers do not arrive.
* Otherwise the peer stopped answering.

Exactly one answer for an attempt, so that exactly one cause claims it.
"""

import re
from dataclasses import dataclass

import msgspec

from nornir_ikediag.causes._attempts import AUTH_TIMER, judged, only_cleaned_up, shows_packets
from nornir_ikediag.causes._once import once_per_subject
from nornir_ikediag.causes._wording import few, resends, sends
from nornir_ikediag.model.event import Event, EventKind
from nornir_ikediag.model.evidence import Evidence
from nornir_ikediag.model.negotiation import Negotiation
from nornir_ikediag.model.sa import IkeSa
from nornir_ikediag.model.tunnel import Tunnel
from nornir_ikediag.model.verdict import Confidence

FIRST_WAIT = frozenset({"MM_WAIT_MSG2", "MM_SND_MSG1", "AM_WAIT_MSG2", "AM_SND_MSG1", "I_WAIT_INIT", "I_BLD_INIT"})
KEY_WAIT = frozenset({"MM_WAIT_MSG5", "MM_WAIT_MSG6", "MM_SND_MSG5", "MM_SND_MSG4", "AM_WAIT_MSG3", "AM_SND_MSG2"})
WE_REPLIED = frozenset({"MM_WAIT_MSG3", "MM_SND_MSG2", "MM_WAIT_MSG5", "MM_SND_MSG4", "AM_WAIT_MSG3", "AM_SND_MSG2"})
FRAGMENTED_FROM_BYTES = 1400  # 1500 less the IP and UDP headers, PPPoE and the like

_TIMEOUTS = re.compile(r"EV_TIMEOUT|EV_RETRY|EV_PROB_AUTH_FAIL|EV_RESEND_MSG|TIMEOUT|RETRANS", re.IGNORECASE)


@once_per_subject
def silences(tunnel: Tunnel) -> tuple[tuple[Negotiation, str], ...]:
    """The attempts that ended in silence, each with the id of the cause that this silence stands for."""
    nat = next((one.nat_detected for one in reversed(tunnel.negotiations) if one.nat_detected is not None), None)
    quiet_ones = (_with_nat(attempt, nat) for attempt, why in judged(tunnel) if why is None)
    found = ((attempt, meaning(attempt)) for attempt in quiet_ones)
    return tuple((attempt, cause) for attempt, cause in found if cause is not None)


def _with_nat(attempt: Negotiation, nat: bool | None) -> Negotiation:
    # NAT is a property of the path: what another attempt found out holds for one whose beginning the log lacks
    if attempt.nat_detected is not None or nat is None:
        return attempt
    return msgspec.structs.replace(attempt, nat_detected=nat)


def meaning(attempt: Negotiation) -> str | None:
    """The id of the cause that the silence of an attempt without a reason stands for, or None where it did not end in
    silence."""
    if attempt.outcome not in ("failed", "incomplete") or not _ends_in_silence(attempt):
        return None
    state = (attempt.stopped_at or "").upper()
    if attempt.stage == "xauth" or "XAUTH" in state or state.startswith("TM_WAIT_REPLY"):
        return "xauth-timeout"
    if attempt.child_only or attempt.exchange == "quick-mode" or attempt.stage == "phase2" or state.startswith("QM_"):
        return "reply-path-blocked" if attempt.peer_repeats else "phase2-no-response"
    if attempt.stage == "mode-config" or "MODECFG" in state:
        return "peer-stopped-answering"
    return _phase1_silence(attempt, state)


def silent_attempts(tunnel: Tunnel, cause: str) -> tuple[Negotiation, ...]:
    """The attempts whose silence stands for this cause, those that show what was sent first."""
    silent = [attempt for attempt, stands_for in silences(tunnel) if stands_for == cause]
    return tuple(sorted(silent, key=lambda attempt: not shows_packets(attempt)))


@dataclass(frozen=True, slots=True)
class Quiet:
    """Silence that stands for one cause: in an attempt of the log, or without a log in the state of an IKE SA."""

    attempt: Negotiation | None
    evidence: tuple[Evidence, ...]
    state: str
    confidence: Confidence
    count: int = 1


def quiet(tunnel: Tunnel, cause: str, *states: str) -> Quiet | None:
    """The silence that stands for this cause; ``states`` are those in which an IKE SA alone hints at it.

    One look at a state may have caught a passing moment, so it is only possible; two looks make it likely.
    """
    silent = silent_attempts(tunnel, cause)
    if silent:
        attempt = silent[0]
        seen = attempt.stopped_at is not None or attempt.has(EventKind.PACKET)  # else a syslog's last line is all
        sure: Confidence = "likely" if attempt.outcome == "failed" and seen else "possible"
        return Quiet(attempt, unanswered(attempt), attempt.stopped_at or "", sure, len(silent))
    sa = stuck_sa(tunnel, *states)
    if sa is None:
        return None
    return Quiet(None, (sa.origin,), sa.state or "", "likely" if was_stuck_before(tunnel, sa) else "possible")


def stuck_sa(tunnel: Tunnel, *states: str) -> IkeSa | None:
    """Where no log was read: the IKE SA that `show crypto isakmp sa` caught waiting in one of these states."""
    if tunnel.negotiations or tunnel.events or tunnel.state in ("up", "partial", "phase1-only", "rekeying"):
        return None
    return next((sa for sa in tunnel.ike_sas if (sa.state or "").upper() in states), None)


def was_stuck_before(tunnel: Tunnel, sa: IkeSa) -> bool:
    """Whether an earlier read of the same session showed the same state: then it is no passing moment."""
    earlier = tunnel.before.ike_sas if tunnel.before else ()
    return any((one.state or "").upper() == (sa.state or "").upper() for one in earlier)


def unanswered(attempt: Negotiation) -> tuple[Evidence, ...]:
    """The lines that show the silence: how the device gave up, then what it repeated in vain."""
    ends = attempt.all(EventKind.FSM_ERROR, EventKind.RETRIES_EXHAUSTED, EventKind.SESSION_TIMED_OUT)
    lines = few(ends[:1], auth_timer(attempt), resends(attempt)[:3], sends(attempt)[:1])
    return lines or few(attempt.first(EventKind.INITIATOR_STARTS), attempt.first(EventKind.CONSEQUENCE), attempt.origin)


def blames_authentication(attempt: Negotiation) -> Event | None:
    """The FSM history line in which the device itself suspects the authentication (EV_PROB_AUTH_FAIL)."""
    return next((one for one in attempt.all(EventKind.FSM_ERROR) if "PROB_AUTH_FAIL" in one.get("history")), None)


def auth_timer(attempt: Negotiation) -> Event | None:
    """The line that says that the message which authenticates the peer did not come in time."""
    kinds = (EventKind.AUTH_FAILED, EventKind.NEGOTIATION_ABORTED, EventKind.SESSION_TIMED_OUT)
    return next(
        (one for one in attempt.all(*kinds) if AUTH_TIMER.search(f"{one.get('reason')} {one.origin.text}")), None
    )


def uses_certificates(attempt: Negotiation) -> bool:
    """Whether the log shows certificates or signatures where a pre-shared key would show a hash alone."""
    payloads = " ".join(event.get("payloads") for event in attempt.all(EventKind.PACKET)).upper().split()
    refused = (event.get("reason").lower() for event in attempt.all(EventKind.ID_REFUSED))
    return "SIG" in payloads or "CERT" in payloads or any("cert" in reason for reason in refused)


def _phase1_silence(attempt: Negotiation, state: str) -> str:
    timed_out = auth_timer(attempt) is not None  # then the first messages were exchanged
    first = state in FIRST_WAIT or not (state or attempt.received or attempt.role == "responder" or timed_out)
    blamed = state in KEY_WAIT and blames_authentication(attempt) is not None
    in_order = (
        ("nat-t-port-blocked", _floats_next(attempt, state) and not attempt.received_after_float),
        ("fragment-loss", _last_sent_bytes(attempt) >= FRAGMENTED_FROM_BYTES),
        ("peer-no-reply", first),
        ("reply-path-blocked", attempt.peer_repeats and not blamed and (state in WE_REPLIED or state not in KEY_WAIT)),
        ("pre-shared-key-mismatch", state in KEY_WAIT and not uses_certificates(attempt)),
        ("authentication-timeout", timed_out),
        ("reply-path-blocked", state in ("MM_WAIT_MSG3", "MM_SND_MSG2")),
    )
    return next((cause for cause, holds in in_order if holds), "peer-stopped-answering")


def _floats_next(attempt: Negotiation, state: str) -> bool:
    if not attempt.nat_detected:
        return False
    if attempt.floated or state in KEY_WAIT:
        return True
    return state in ("I_WAIT_AUTH", "R_WAIT_AUTH", "I_BLD_AUTH") or auth_timer(attempt) is not None


def _last_sent_bytes(attempt: Negotiation) -> int:
    directions = ("sending", "resending")
    lengths = [one.get("length") for one in attempt.all(EventKind.PACKET) if one.get("direction") in directions]
    return int(lengths[-1]) if lengths and lengths[-1].isdigit() else 0


def _ends_in_silence(attempt: Negotiation) -> bool:
    if attempt.resent_at_end or attempt.peer_repeats or auth_timer(attempt) is not None:
        return True
    if attempt.has(EventKind.RETRIES_EXHAUSTED, EventKind.SESSION_TIMED_OUT) or only_cleaned_up(attempt):
        return True
    return any(_TIMEOUTS.search(_newest_steps(event)) for event in attempt.all(EventKind.FSM_ERROR))


def _newest_steps(event: Event) -> str:
    # 'MM_DONE, EV_ERROR' comes first; the pair after it is the one that failed
    return "|".join(event.get("history").split("|")[1:3])
