"""Events of a VPN Client's log to negotiations, as the client saw them: it is the initiator, its peer the firewall.

Theory of operation (RFC 2409 section 5.4 and 5.5; XAUTH and mode-config are drafts). The client walks one line:

    AM_SND_MSG1 ─ AM_WAIT_MSG2 ─ AM_SND_MSG3          aggressive mode (main mode with certificates: MM_…)
    CMN_XAUTH_PROG     TM_…XAUTH…, TM_WAIT_4USER      user name and password, asked by the firewall
    CMN_MODECFG_PROG   TM_…MODECFG…, TM_…MCFG…        the client asks for its address
    QM_BLD_MSG1 ─ QM_SND_MSG1 ─ QM_WAIT_MSG2 ─ QM_SND_MSG3

Quick Mode's third message, a hash alone, is the last of the exchange: once it is sent the child SA stands. The
firewall's own log of the same packets is replayed apart from this one (:mod:`.ikev1`): local and peer are the other way
round in it.
"""

from collections.abc import Iterator
from functools import lru_cache

from nornir_ikediag.model.event import Event, EventKind
from nornir_ikediag.model.negotiation import NegotiatedChild, Stage
from nornir_ikediag.model.reading import Replayed
from nornir_ikediag.protocol.draft import Draft

_PREFIX = "client-"

# The first row whose words stand in the state decides.
STAGES: tuple[tuple[str, Stage], ...] = (
    ("XAUTH", "xauth"),
    ("4USER", "xauth"),
    ("MODECFG", "mode-config"),
    ("MCFG", "mode-config"),
    ("QM_", "phase2"),
    ("AM_", "phase1"),
    ("MM_", "phase1"),
)
_FAILURES = frozenset(
    {
        EventKind.AUTH_FAILED, EventKind.XAUTH_REJECTED, EventKind.RETRIES_EXHAUSTED, EventKind.NEGOTIATION_ABORTED,
        EventKind.IKE_TERMINATING,
    }
)  # fmt: skip
_REFUSALS = frozenset(
    {
        "NO_PROPOSAL_CHOSEN", "AUTHENTICATION_FAILED", "AUTH_FAILED", "INVALID_HASH_INFO", "INVALID_ID_INFO",
        "PAYLOAD_MALFORMED", "INVALID_CERTIFICATE",
    }
)  # fmt: skip
_MOST = 1_000


@lru_cache(maxsize=1024)
def is_of_client(message: str | None) -> bool:
    """Whether the row of the catalogue with this id reads a VPN Client's log."""
    return message is not None and message.startswith(_PREFIX)


class ClientReplay:
    """The replay of client logs; see :class:`nornir_ikediag.protocol.replay.SubReplay`."""

    def __init__(self, numbers: Iterator[int]) -> None:
        self._numbers = numbers
        self._drafts: list[Draft] = []
        self._draft: Draft | None = None
        self._last_state: Event | None = None

    def feed(self, event: Event) -> None:
        """Take the next event."""
        draft = self._draft_for(event)
        draft.peer = draft.peer or event.peer
        draft.add(event)
        if event.kind == EventKind.STATE:
            self._state(draft, event)
        elif event.kind == EventKind.PACKET:
            _packet(draft, event)
        else:
            _outcome(draft, event)

    def concluded(self, peer: str | None) -> bool:
        """Whether a negotiation with that peer came to its end."""
        return any(not draft.running for draft in self._drafts if peer in (None, draft.peer))

    def finish(self) -> Replayed:
        """What came of it."""
        return Replayed(negotiations=tuple(draft.freeze() for draft in self._drafts))

    def _draft_for(self, event: Event) -> Draft:
        draft = self._draft
        begins = event.kind == EventKind.INITIATOR_STARTS
        if draft is not None and not begins and not self._is_next_quick_mode(draft, event):
            return draft
        if draft is not None and begins and draft.running and draft.sent == 0:
            return draft
        fresh = Draft(next(self._numbers), event)
        fresh.role = "initiator"
        fresh.ike_version = 1
        if draft is not None and not begins:
            fresh.exchange, fresh.stage, fresh.peer, fresh.cookies = "quick-mode", "phase2", draft.peer, draft.cookies
            fresh.rekey = True
        self._drafts = [*self._drafts, fresh][-_MOST:]
        self._draft = fresh
        return fresh

    def _is_next_quick_mode(self, draft: Draft, event: Event) -> bool:
        """A Quick Mode under another message id, after the first one was done."""
        if draft.running or event.kind != EventKind.STATE or event.get("machine") != "QM":
            return False
        return event.get("message_id") != draft.message_id and event.get("event") == "EV_INITIATOR"

    def _state(self, draft: Draft, event: Event) -> None:
        state = event.get("state")
        if event.get("cookie_i"):
            draft.cookies = f"0x{event.get('cookie_i').lower()}:0x{event.get('cookie_r').lower()}"
        if event.get("machine") == "QM":
            draft.message_id = event.get("message_id")
        if not draft.running:
            return
        draft.stage = next((stage for words, stage in STAGES if words in state), draft.stage)
        if draft.exchange == "unknown" and state.startswith(("AM_", "MM_")):
            draft.exchange = "aggressive-mode" if state.startswith("AM_") else "main-mode"
        if not state.startswith("CMN_") and not state.endswith(("_DONE", "_FREE", "_INITIAL")):
            draft.stopped_at = state


def _packet(draft: Draft, event: Event) -> None:
    name, direction = event.get("exchange"), event.get("direction")
    if draft.exchange == "unknown" and name in ("aggressive-mode", "main-mode"):
        draft.exchange = name
    if direction == "received":
        draft.received += 1
        draft.received_after_float += draft.floated
        draft.resent_at_end = 0
    elif direction == "resending":
        draft.resent += 1
        draft.resent_at_end += 1
    else:
        draft.sent += 1
        draft.resent_at_end = 0
    if name == "quick-mode" and direction == "sending" and event.get("payloads") == "HASH":
        _established(draft)


def _outcome(draft: Draft, event: Event) -> None:
    kind = event.kind
    if kind == EventKind.ADDRESS_ASSIGNED:
        draft.assigned_address = event.get("address")
    elif kind == EventKind.NAT_FLOAT:
        draft.floated = draft.nat_detected = True
    elif kind == EventKind.CHILD_ESTABLISHED:
        draft.child_sas.append(NegotiatedChild(spi_in=event.get("spi_in"), spi_out=event.get("spi_out")))
        _established(draft)
    elif kind in _FAILURES or (kind == EventKind.NOTIFY_RECEIVED and event.get("name") in _REFUSALS):
        if draft.running:
            draft.conclude("failed")
        elif draft.outcome == "established" and kind in (EventKind.IKE_TERMINATING, EventKind.RETRIES_EXHAUSTED):
            draft.conclude("deleted")


def _established(draft: Draft) -> None:
    if draft.running:
        draft.conclude("established")
        draft.stage = "established"
        draft.stopped_at = None
