"""Which attempts of a tunnel are to be judged, and the line that says why one failed.

Theory: a refusal prints its reason once and a dozen lines of clean-up after it (`QM FSM error`, `Removing peer from …
table failed`, teardown reasons that mislead). So the first causal line of an attempt is its reason, and a line that
only repeats somebody else's verdict (a notify, a teardown reason) counts only where no other line says more.
Every attempt has at most one reason; causes ask for it and therefore never answer for the same attempt twice.
"""

import re
from collections.abc import Callable
from typing import Literal

import msgspec

from nornir_ikediag.causes._implied import implied_reason
from nornir_ikediag.causes._loose import ENDS, by_occasion, failed_lookup, gives_up, loose_attempt
from nornir_ikediag.causes._once import once_per_subject
from nornir_ikediag.model.event import Event, EventKind
from nornir_ikediag.model.negotiation import Negotiation
from nornir_ikediag.model.tunnel import Tunnel
from nornir_ikediag.model.verdict import CannotTell, Confidence, RuledOut, Verdict

# The device says what it refuses and why.
REASONS = frozenset(
    {
        EventKind.IKE_PROPOSALS_REFUSED,
        EventKind.MODE_REFUSED,
        EventKind.TUNNEL_GROUP_MISSING,
        EventKind.PRE_SHARED_KEY_MISSING,
        EventKind.AUTH_METHOD_MISMATCH,
        EventKind.DECRYPT_FAILED,
        EventKind.AUTH_FAILED,
        EventKind.CERTIFICATE_MISSING,
        EventKind.CERTIFICATE_INVALID,
        EventKind.ID_REFUSED,
        EventKind.SAME_IDENTITY,
        EventKind.XAUTH_REJECTED,
        EventKind.AAA_UNREACHABLE,
        EventKind.XAUTH_NOT_NEGOTIATED,
        EventKind.GROUP_LOCK,
        EventKind.LOGINS_EXCEEDED,
        EventKind.CLIENT_REFUSED,
        EventKind.ADDRESS_FAILED,
        EventKind.ADDRESS_POOL_MISSING,
        EventKind.CRYPTO_MAP_NOT_FOUND,
        EventKind.CRYPTO_MAP_NOT_BOUND,
        EventKind.CRYPTO_MAP_PEER_MISMATCH,
        EventKind.CONNECTION_TYPE,
        EventKind.PROTOCOL_NOT_ALLOWED,
        EventKind.IPSEC_PROPOSALS_REFUSED,
        EventKind.SELECTOR_OVERLAP,
        EventKind.SELECTORS_REFUSED,
        EventKind.KEY_ACQUIRE_FAILED,
        EventKind.INITIATION_IMPOSSIBLE,
        EventKind.DPD_TIMEOUT,
        EventKind.INTERFACE_CHANGED,
        EventKind.ADMINISTRATOR_CLEARED,
        EventKind.LIMIT_REACHED,
        EventKind.LICENCE_MISSING,
        EventKind.OUT_OF_MEMORY,
        EventKind.ADMISSION_REFUSED,
        EventKind.STANDBY_DROPPED,
    }
)

# The peer's verdict, or a symptom that several faults share: a reason only where nothing above stands.
HINTS = frozenset(
    {
        EventKind.NOTIFY_RECEIVED,
        EventKind.KE_WRONG_GROUP,
        EventKind.PFS_MISMATCH,
        EventKind.FRAGMENT_DROPPED,
        EventKind.FRAGMENT_MISSING,
        EventKind.CRYPTO_MAP_INCOMPLETE,
        EventKind.MALFORMED,
        EventKind.STALE_SA,
        EventKind.REKEY_COLLISION,
    }
)

# What makes an earlier refusal good within the same attempt: the next policy, the next password, a retry.
CURES: dict[EventKind, tuple[EventKind, ...]] = {
    EventKind.IKE_PROPOSALS_REFUSED: (EventKind.IKE_PROPOSAL_ACCEPTED, EventKind.PHASE1_COMPLETED),
    EventKind.IPSEC_PROPOSALS_REFUSED: (EventKind.IPSEC_PROPOSAL_ACCEPTED, EventKind.PHASE2_COMPLETED),
    EventKind.XAUTH_REJECTED: (EventKind.USER_AUTHENTICATED,),
    EventKind.AAA_UNREACHABLE: (EventKind.USER_AUTHENTICATED,),
    EventKind.ADDRESS_FAILED: (EventKind.ADDRESS_ASSIGNED,),
    EventKind.TUNNEL_GROUP_MISSING: (EventKind.TUNNEL_GROUP_LANDED, EventKind.PHASE1_COMPLETED),  # OU, then address
    EventKind.DECRYPT_FAILED: (EventKind.PHASE1_COMPLETED,),
    EventKind.AUTH_FAILED: (EventKind.PHASE1_COMPLETED,),
    EventKind.CERTIFICATE_INVALID: (EventKind.PHASE1_COMPLETED,),
    EventKind.CERTIFICATE_MISSING: (EventKind.PHASE1_COMPLETED,),
    EventKind.CRYPTO_MAP_NOT_FOUND: (EventKind.IPSEC_PROPOSAL_ACCEPTED, EventKind.PHASE2_COMPLETED),
}


_TELLING = REASONS | HINTS | ENDS | {EventKind.TORN_DOWN}  # that something failed
# `IKEv2 Negotiation aborted due to ERROR: …`, `Error processing payload: Payload ID: 1`
_SAYS_LESS = ("750003", "713048/1")
AUTH_TIMER = re.compile(r"AUTH msg before the timer|auth\w* (?:timed out|timeout)", re.IGNORECASE)


@once_per_subject
def attempts(tunnel: Tunnel) -> tuple[Negotiation, ...]:
    """The failed negotiations, the unfinished one if it is stuck, and what the peer's loose lines say as one more.

    Loose lines are those that belong to no negotiation (a pasted fragment, a syslog at a high threshold); they count
    only while no later negotiation came up.
    """
    stuck = tuple(attempt for attempt in tunnel.unfinished if _is_stuck(attempt))
    return tunnel.failures + stuck + _loose(tunnel)


@once_per_subject
def judged(tunnel: Tunnel) -> tuple[tuple[Negotiation, Event | None], ...]:
    """Those attempts, each with its reason."""
    return tuple((attempt, reason(attempt)) for attempt in attempts(tunnel))


@once_per_subject
def _explained(tunnel: Tunnel) -> tuple[tuple[Negotiation, Event], ...]:
    told = [(attempt, event) for attempt, event in judged(tunnel) if event is not None]
    return tuple(sorted(told, key=lambda one: (one[1].trust == "supposed", not shows_packets(one[0]))))


def shows_packets(attempt: Negotiation) -> bool:
    """Whether the log shows what was sent and received, and not only how it ended."""
    return attempt.has(EventKind.PACKET)


def is_loose(attempt: Negotiation) -> bool:
    """Whether this is no negotiation that the log shows, but the peer's loose lines."""
    return not attempt.id


def reason(attempt: Negotiation) -> Event | None:
    """The event that says why the attempt failed, or None where nothing does."""
    for kinds in (REASONS, HINTS):
        standing = [event for event in attempt.events if event.kind in kinds and _stands(attempt, event)]
        if standing:
            # the line that ends an attempt says less than any other of it, wherever it was printed
            plain = next((event for event in standing if event.message not in _SAYS_LESS), standing[0])
            return _of_its_phase(attempt, plain)
    return implied_reason(attempt)


def failed_because(tunnel: Tunnel, says: Callable[[Negotiation, Event], bool]) -> tuple[tuple[Negotiation, Event], ...]:
    """The attempts whose reason says what the caller looks for, each with its reason; the one that tells most first:
    a debug before a syslog of the same fault, a known line before a supposed one, then the oldest."""
    return tuple(pair for pair in _explained(tunnel) if says(*pair))


def failed_with(tunnel: Tunnel, *kinds: EventKind) -> tuple[tuple[Negotiation, Event], ...]:
    """The attempts whose reason is of one of these kinds, each with its reason, as in :func:`failed_because`."""
    return failed_because(tunnel, lambda attempt, event: event.kind in kinds)


def phase_of(attempt: Negotiation, event: Event) -> Literal[1, 2]:
    """Whether the event belongs to the IKE SA (1) or to a child SA under it (2)."""
    if event.kind == EventKind.NOTIFY_RECEIVED and notify_name(event) in _OF_CHILD_ALONE:
        return 2
    if event.get("phase") in ("1", "2"):
        return 1 if event.get("phase") == "1" else 2
    if attempt.child_only or attempt.exchange == "quick-mode" or _is_of_child(attempt, event):
        return 2
    if event.message == _SAID_UNDER_PHASE1 and notify_name(event) in _REFUSES_PHASE2 and not shows_packets(attempt):
        return 2
    done = attempt.first(EventKind.PHASE1_COMPLETED, EventKind.IKEV2_SA_CREATED, EventKind.QM_STARTS)
    return 2 if done is not None and _position(attempt, done) <= _position(attempt, event) else 1


_OF_CHILD_ALONE = ("TS_UNACCEPTABLE", "SINGLE_PAIR_REQUIRED")  # whatever the log shows before: nothing else has TS

# `Received non-routine Notify message: …` came encrypted, unlike `Received an un-encrypted … notify message`: phase 1
# had its keys by then, and these can only be about phase 2.
_SAID_UNDER_PHASE1 = "713068"
_REFUSES_PHASE2 = ("NO_PROPOSAL_CHOSEN", "INVALID_ID_INFORMATION", "INVALID_ID_INFO", "INVALID_ID")


def _is_of_child(attempt: Negotiation, event: Event) -> bool:
    # IKE_AUTH carries the first child SA too: these notifies refuse that one (RFC 7296 section 1.2)
    if attempt.ike_version == 1 or event.kind not in (EventKind.NOTIFY_RECEIVED, EventKind.NOTIFY_SENT):
        return False
    earlier = attempt.events[: _position(attempt, event)]
    in_auth = any("AUTH" in (one.get("exchange") + one.get("state")).upper() for one in earlier)
    return notify_name(event) in CHILD_NOTIFIES and (in_auth or notify_name(event).startswith("TS_"))


def notify_name(event: Event) -> str:
    """The RFC word of a notify, in one spelling: `NO_PROPOSAL_CHOSEN`."""
    return re.sub(r"[\s-]+", "_", event.get("name").strip()).upper()


# RFC 7296 section 3.10.1: what an IKE_AUTH response says of the child SA alone
CHILD_NOTIFIES = ("NO_PROPOSAL_CHOSEN", "TS_UNACCEPTABLE", "SINGLE_PAIR_REQUIRED", "NO_ADDITIONAL_SAS")


def _position(attempt: Negotiation, event: Event) -> int:
    return next((number for number, one in enumerate(attempt.events) if one is event), len(attempt.events))


def capped(confidence: Confidence, *events: Event) -> Confidence:
    """The confidence, but never more than likely where a supposed pattern had a part in it."""
    if confidence == "certain" and any(event.trust == "supposed" for event in events):
        return "likely"
    return confidence


@once_per_subject
def nothing(tunnel: Tunnel) -> Verdict:
    """The answer of a cause that found no line of its own: ruled out, or without any log of a tunnel that is not up,
    cannot tell."""
    has_log = any(source.kind in ("debug", "syslog", "mixed") and source.lines for source in tunnel.device.sources)
    if has_log or tunnel.negotiations or tunnel.events or tunnel.state in ("up", "idle", "rekeying", "unknown"):
        return RuledOut()
    return CannotTell("a debug log or syslog of the negotiation with this peer")


def only_cleaned_up(attempt: Negotiation) -> bool:
    """Whether it is a syslog without packets: `New Phase 1 …`, then the peer table is cleared, and nothing between.
    A tunnel manager that gives up (752012) behind an abort with a reason tells nothing more than that reason."""
    if attempt.has(EventKind.PACKET) or not attempt.has(EventKind.CONSEQUENCE):
        return False
    return attempt.has(EventKind.INITIATOR_STARTS) and not attempt.has(
        EventKind.IKE_PROPOSAL_ACCEPTED, EventKind.PHASE1_COMPLETED, EventKind.TUNNEL_GROUP_LANDED,
        EventKind.NEGOTIATION_ABORTED,
    )  # fmt: skip


def _is_stuck(attempt: Negotiation) -> bool:
    silent = attempt.resent_at_end > 0 or attempt.peer_repeats > 1 or only_cleaned_up(attempt)
    gone = bool(attempt.events) and failed_lookup(attempt.events[-1])
    return silent or gone or reason(attempt) is not None


def _of_its_phase(attempt: Negotiation, event: Event) -> Event:
    # one wording for both phases: `Failed to find a matching policy`, `Error processing payload: Payload ID: 1`
    if event.kind != EventKind.IKE_PROPOSALS_REFUSED:
        return event
    earlier = attempt.events[: _position(attempt, event)]
    listed = [one.get("protocol").upper() for one in earlier if one.kind == EventKind.RECEIVED_POLICY]
    if (listed and listed[-1] == "ESP") or (not listed and phase_of(attempt, event) == 2):
        return msgspec.structs.replace(event, kind=EventKind.IPSEC_PROPOSALS_REFUSED)
    return event


def _stands(attempt: Negotiation, event: Event) -> bool:
    if event.kind == EventKind.NOTIFY_RECEIVED and notify_name(event) not in REFUSING_NOTIFIES:
        return False
    if event.kind == EventKind.AUTH_FAILED and AUTH_TIMER.search(f"{event.get('reason')} {event.origin.text}"):
        return False  # silence, not a refusal
    if event.kind == EventKind.REKEY_COLLISION and (event.get("harmless") == "yes" or attempt.resent_at_end):
        return False  # the device solved it, or merely refuses a second attempt while the first one waits
    later = attempt.events[_position(attempt, event) + 1 :]
    if (
        event.kind == EventKind.KE_WRONG_GROUP and event.get("final") != "yes"
    ):  # normally answered by a retry with the other group
        return not any(one.kind == EventKind.PACKET and one.get("direction") == "sending" for one in later)
    return not any(one.kind in CURES.get(event.kind, ()) for one in later)


# RFC 2408 section 3.14.1 and RFC 7296 section 3.10.1: the error types that end an exchange.
REFUSING_NOTIFIES = frozenset(
    {
        "NO_PROPOSAL_CHOSEN", "PAYLOAD_MALFORMED", "INVALID_HASH_INFORMATION", "INVALID_HASH_INFO", "INVALID_HASH",
        "AUTHENTICATION_FAILED", "INVALID_SIGNATURE", "INVALID_ID_INFORMATION", "INVALID_ID_INFO", "INVALID_ID",
        "TS_UNACCEPTABLE", "INVALID_CERTIFICATE", "INVALID_CERT_ENCODING", "INVALID_CERT_AUTHORITY",
        "CERT_TYPE_UNSUPPORTED", "CERTIFICATE_UNAVAILABLE", "INVALID_KEY_INFORMATION", "INVALID_KEY_INFO",
        "INVALID_EXCHANGE_TYPE", "UNSUPPORTED_EXCHANGE_TYPE", "INVALID_MAJOR_VERSION", "INVALID_MINOR_VERSION",
        "ATTRIBUTES_NOT_SUPPORTED",
        "BAD_PROPOSAL_SYNTAX", "INVALID_SYNTAX", "SINGLE_PAIR_REQUIRED", "NO_ADDITIONAL_SAS",
        "INTERNAL_ADDRESS_FAILURE", "FAILED_CP_REQUIRED", "INVALID_PAYLOAD_TYPE", "TEMPORARY_FAILURE",
        "CHILD_SA_NOT_FOUND",
    }
)  # fmt: skip


def _loose(tunnel: Tunnel) -> tuple[Negotiation, ...]:
    loose = loose_attempt(tunnel)
    if loose is None:
        return ()
    gave_up = (gives_up(loose.events) and not tunnel.failures) or loose.peer_repeats > 1
    return tuple(one for one in by_occasion(loose, _TELLING) if gave_up or reason(one) is not None)
