"""Reasons that no line states outright: what the state machine's last step, the text of an abort and the reason of a
teardown imply. They count only where the attempt holds no plainer line.

The tables are literal. Texts after `ERROR:` are those of %ASA-4-750003 in the Cisco ASA syslog guide; the pairs of
states and events follow the FSM histories of the debugs and are trusted no more than ``supposed``.
"""

import re

import msgspec

from nornir_ikediag.model.event import Event, EventKind
from nornir_ikediag.model.negotiation import Negotiation

# (state, event) of the pair that failed, as patterns, and what that step was about
FAILING_STEPS: tuple[tuple[str, str, EventKind], ...] = (
    (r"MM_START", r"EV_(RCV_MSG|START_MM|PROCESS_SA|SELECT_SA)", EventKind.IKE_PROPOSALS_REFUSED),
    (r"[AM]M_BLD_MSG2", r"EV_(PROCESS_SA|SELECT_SA)", EventKind.IKE_PROPOSALS_REFUSED),
    (r"[AM]M_BLD_MSG[246]", r"EV_GROUP_LOOKUP", EventKind.TUNNEL_GROUP_MISSING),
    (r"MM_BLD_MSG6|MM_BLD_MSG5", r"EV_(VALIDATE_CERT|TEST_CERT|UPDATE_CERT)", EventKind.CERTIFICATE_INVALID),
    (r"MM_BLD_MSG6", r"EV_(CHECK_IDS?|COMPARE_IDS)", EventKind.ID_REFUSED),
    (r"[AM]M_(BLD|WAIT)_MSG[3456]", r"EV_(COMP_HASH|VALIDATE_HASH)", EventKind.AUTH_FAILED),
    (r"TM_BLD_REPLY", r"EV_IP_FAIL", EventKind.ADDRESS_FAILED),
    (r"TM_AUTH", r"EV_AUTH_FAIL", EventKind.XAUTH_REJECTED),
    (r"QM_BLD_MSG2", r"EV_(NEGO_SA|NEG_SA|PROCESS_SA)", EventKind.IPSEC_PROPOSALS_REFUSED),
    (r"QM_WAIT_MSG2", r"EV_RCV_NOTIFY", EventKind.NOTIFY_RECEIVED),
)

# what an aborted IKEv2 negotiation or a teardown says of itself
TEXTS: tuple[tuple[str, EventKind], ...] = (
    (r"received no proposal chosen", EventKind.NOTIFY_RECEIVED),
    (r"matching policy|no proposal found|no matching proposal|proposal is invalid|no local IKE policy",
     EventKind.IKE_PROPOSALS_REFUSED),
    (r"tried all configured DH groups|unsupported DH group", EventKind.KE_WRONG_GROUP),
    (r"no pskey found", EventKind.PRE_SHARED_KEY_MISSING),
    (r"authentication method configured is mismatching|unsupported auth method", EventKind.AUTH_METHOD_MISMATCH),
    (r"failed to authenticate the IKE SA|failed to generate auth data|authentication failed|invalid credentials",
     EventKind.AUTH_FAILED),
    (r"no IPSEC policy found for received TS|ipsec policy not found|single pairs? of addresses|traffic selector",
     EventKind.SELECTORS_REFUSED),
    (r"no certificate found|local certificate has expired|build certificate payload", EventKind.CERTIFICATE_MISSING),
    (r"certificate", EventKind.CERTIFICATE_INVALID),
    (r"unsupported ID type|local ID isn't defined|failed to find profile|peer id", EventKind.ID_REFUSED),
    (r"send AAA request|authen list is not configured", EventKind.AAA_UNREACHABLE),
    (r"extensible authentication protocol failed|AAA \w+ authorization failed", EventKind.XAUTH_REJECTED),
    (r"alloc IP addr|config attribute is invalid", EventKind.ADDRESS_FAILED),
    (r"fragment", EventKind.FRAGMENT_DROPPED),
    (r"allocate memory|compute the DH value", EventKind.OUT_OF_MEMORY),
    (r"negotiating limit|throttling request queue", EventKind.ADMISSION_REFUSED),
    (r"rekey collision|find rekey SA", EventKind.REKEY_COLLISION),
    (r"unsupported version|unsupported critical payload|(nonce|KE) payload is missing|invalid value in the packet"
     r"|decrypt an encrypted payload|packet isn't encrypted", EventKind.MALFORMED),
    (r"crypto map policy not found", EventKind.CRYPTO_MAP_NOT_FOUND),
    (r"phase 2 mismatch", EventKind.IPSEC_PROPOSALS_REFUSED),
    (r"no tunnel group|group not found", EventKind.TUNNEL_GROUP_MISSING),
)  # fmt: skip

_FAILING_STEPS = [(re.compile(state), re.compile(event), kind) for state, event, kind in FAILING_STEPS]
_TEXTS = [(re.compile(pattern, re.IGNORECASE), kind) for pattern, kind in TEXTS]

# what our own notify says that we refused
SENT = {
    "NO_PROPOSAL_CHOSEN": EventKind.IKE_PROPOSALS_REFUSED,
    "TS_UNACCEPTABLE": EventKind.SELECTORS_REFUSED,
    "AUTHENTICATION_FAILED": EventKind.AUTH_FAILED,
    "INVALID_HASH_INFORMATION": EventKind.AUTH_FAILED,
    "INVALID_ID_INFORMATION": EventKind.ID_REFUSED,
}


def implied_reason(attempt: Negotiation) -> Event | None:
    """The reason that the abort's text, the failing step or an unanswered comparison implies, as an event of that kind
    with the origin of the line that implies it; or None."""
    for event in attempt.all(EventKind.NEGOTIATION_ABORTED, EventKind.TORN_DOWN):
        kind = _kind_of_text(event.get("reason") or event.origin.text)
        if kind is not None:
            return _as(event, kind, attempt)
    for event in attempt.all(EventKind.FSM_ERROR, EventKind.NOTIFY_SENT):
        sent = event.kind == EventKind.NOTIFY_SENT
        kind = SENT.get(event.get("name")) if sent else _kind_of_step(event)
        if kind is not None:
            return _as(event, kind, attempt)
    return _unanswered_comparison(attempt) or _deleted_by_peer(attempt)


def failing_step(event: Event) -> tuple[str, str]:
    """The (state, event) pair that failed in an FSM history: the newest but for the `…_DONE, EV_ERROR` that ends it."""
    pairs = [part.partition(",") for part in event.get("history").split("|")]
    steps = [(state.strip(), what.strip()) for state, _, what in pairs if not state.strip().endswith("_DONE")]
    return steps[0] if steps else ("", "")


def _kind_of_text(text: str) -> EventKind | None:
    return next((kind for pattern, kind in _TEXTS if pattern.search(text)), None)


def _kind_of_step(event: Event) -> EventKind | None:
    state, what = failing_step(event)
    matches = (kind for at, by, kind in _FAILING_STEPS if at.fullmatch(state) and by.fullmatch(what))
    return next(matches, None)


def _as(event: Event, kind: EventKind, attempt: Negotiation) -> Event:
    child = attempt.child_only or attempt.stage == "phase2"
    if kind == EventKind.IKE_PROPOSALS_REFUSED and child:
        kind = EventKind.IPSEC_PROPOSALS_REFUSED
    fields = {**event.fields, "phase": "2"} if child else event.fields
    if kind == EventKind.NOTIFY_RECEIVED:
        fields = {**fields, "name": "NO_PROPOSAL_CHOSEN"}
    return msgspec.structs.replace(event, kind=kind, fields=fields, trust="supposed")


def _unanswered_comparison(attempt: Negotiation) -> Event | None:
    # refused comparisons are a failure only where nothing was accepted after them, and the log goes on
    if attempt.outcome == "incomplete" and attempt.has(EventKind.PACKET):
        return None
    went_on = (EventKind.IKE_PROPOSAL_ACCEPTED, EventKind.PHASE1_COMPLETED, EventKind.NAT_VERDICT)
    for phase, accepted, refused in (
        ("2", (EventKind.IPSEC_PROPOSAL_ACCEPTED, EventKind.PHASE2_COMPLETED), EventKind.IPSEC_PROPOSALS_REFUSED),
        ("1", went_on, EventKind.IKE_PROPOSALS_REFUSED),
    ):
        compared = [event for event in attempt.all(EventKind.MISMATCH) if event.get("phase", "1") == phase]
        further = phase == "1" and attempt.stage not in ("phase1", "unknown")
        if compared and not further and not attempt.has(*accepted):
            return msgspec.structs.replace(compared[-1], kind=refused, trust="supposed")
    return None


def _deleted_by_peer(attempt: Negotiation) -> Event | None:
    # the peer takes phase 1 away while phase 2 is being negotiated: a refusal whose notify this log does not show
    deleted = attempt.first(EventKind.DELETE_RECEIVED)
    if deleted is None or attempt.stage != "phase2" or attempt.role != "initiator":
        return None
    fields = {**deleted.fields, "name": "DELETE", "phase": "2"}
    return msgspec.structs.replace(deleted, kind=EventKind.NOTIFY_RECEIVED, fields=fields, trust="supposed")
