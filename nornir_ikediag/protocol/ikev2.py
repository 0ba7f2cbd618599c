"""IKEv2 events to negotiations: which session an event belongs to, and which attempt within it.

An event names its session by the device's own number (`(12):`), by SPIs, by its peer, or not at all; then it belongs to
the session that spoke in the lines just before it, or to nobody. A session is one IKE SA with the rekeys that replace
it; its first exchanges are one attempt, every CREATE_CHILD_SA exchange is a further one (:mod:`.ikev2_exchanges`).
"""

from collections import Counter, defaultdict
from collections.abc import Iterator
from datetime import timedelta

from nornir_ikediag.model.event import Event, EventKind
from nornir_ikediag.model.negotiation import UNKNOWN_PEER
from nornir_ikediag.model.reading import Replayed
from nornir_ikediag.protocol.ikev2_attempt import Attempt
from nornir_ikediag.protocol.ikev2_exchanges import ABOUT_CHILD, ENDINGS, FAILURES, state_row
from nornir_ikediag.protocol.ikev2_session import MEANT, Session
from nornir_ikediag.protocol.keeper import MOST_NEGOTIATIONS, Loose, folded_once
from nornir_ikediag.protocol.voices import is_logged

# A pasted fragment says why a negotiation failed and not with whom: it deserves an answer all the same.
_FOLD_EVERY = 500  # negotiations
_MOST_DEVICE_EVENTS = 10_000
_MOST_SESSIONS = 4_000
_IN_FULL = 1_000  # the negotiations at the end of the log that keep every event
_NEAR_LINES = 60
_NEAR_TIME = timedelta(seconds=120)
_NOBODY = "0x0000000000000000"
_CHATTER = frozenset({EventKind.NOTED, EventKind.PACKET, EventKind.STATE})
# Lines without a number that come before the first line that has one.
_FORERUNNERS = frozenset(
    {
        EventKind.KEY_ACQUIRE, EventKind.INITIATOR_STARTS, EventKind.TUNNEL_GROUP_LANDED,
        EventKind.TUNNEL_GROUP_DEFAULT, EventKind.TUNNEL_GROUP_MISSING, EventKind.CRYPTO_MAP_CHECK, EventKind.NOTED,
        EventKind.ID_RECEIVED, EventKind.NAT_VERDICT,
    }
)  # fmt: skip
# What may be the first that a log shows of a session. All else, if it names none, is the peer's or the device's.
_BEGINNINGS = FAILURES | {
    EventKind.PACKET, EventKind.STATE, EventKind.INITIATOR_STARTS, EventKind.RESPONDER_STARTS,
    EventKind.CHILD_ESTABLISHED, EventKind.IKEV2_SA_CREATED, EventKind.PHASE1_COMPLETED, EventKind.RECEIVED_POLICY,
    EventKind.EXPECTED_POLICY, EventKind.RETRANSMIT, EventKind.PROPOSAL_OFFERED, EventKind.NOTIFY_RECEIVED,
    EventKind.NOTIFY_SENT, EventKind.KE_WRONG_GROUP, EventKind.PROXY_RECEIVED, EventKind.PROXY_SENT,
}  # fmt: skip
# Syslog that names nobody and follows the line that does; only what is near is claimed.
_NEAR = FAILURES | ENDINGS | ABOUT_CHILD | {
    EventKind.TUNNEL_GROUP_LANDED, EventKind.TUNNEL_GROUP_DEFAULT, EventKind.NAT_VERDICT, EventKind.RETRANSMIT,
    EventKind.CONSEQUENCE, EventKind.NOTED, EventKind.CRYPTO_MAP_CHECK, EventKind.PROPOSAL_OFFERED,
    EventKind.RECEIVED_POLICY, EventKind.EXPECTED_POLICY, EventKind.NOTIFY_RECEIVED, EventKind.NOTIFY_SENT,
    EventKind.SPI_ALLOCATED, EventKind.PACKET, EventKind.ALL_VERSIONS_FAILED, EventKind.IKEV2_SA_CREATED,
    EventKind.DELETE_RECEIVED, EventKind.DELETE_SENT, EventKind.DPD, EventKind.ID_RECEIVED,
    EventKind.COOKIE_CHALLENGE, EventKind.KE_WRONG_GROUP,
}  # fmt: skip

_OF_THE_ENGINE = frozenset({"602303", "602304"})  # an SA between two addresses, of which one is the peer's


class _Voice:
    """What one voice tells (:mod:`.voices`): its attempts, its sessions by their peer, and what it said last."""

    def __init__(self) -> None:
        self.attempts: list[Attempt] = []
        self.folded: Counter[tuple[str, str]] = Counter()
        self.by_peer: dict[str, Session] = {}
        self.current: Session | None = None
        self.last: Event | None = None
        self.waiting: list[Event] = []  # events just before a session that name nobody

    def fold(self, upto: int) -> None:
        """Count the finished attempts up to this number instead of keeping them."""
        old = [attempt for attempt in self.attempts if not attempt.running and attempt.number <= upto]
        gone = {id(attempt) for attempt in old}
        self.folded.update((attempt.peer or "", attempt.outcome) for attempt in old)
        self.attempts = [attempt for attempt in self.attempts if id(attempt) not in gone]

    def near(self, event: Event) -> Session | None:
        """The session that spoke last, when it spoke in the lines just before."""
        return self.current if self.last is not None and _is_near(self.last, event) else None


class Ikev2Replay:
    """The replay of IKEv2; see :class:`nornir_ikediag.protocol.replay.SubReplay`."""

    def __init__(self, numbers: Iterator[int]) -> None:
        self._numbers = numbers
        self._fold_next = MOST_NEGOTIATIONS + _FOLD_EVERY
        self._by_number: dict[str, Session] = {}
        self._by_spi: dict[str, Session] = {}
        self._voices: defaultdict[int, _Voice] = defaultdict(_Voice)
        self._voice = self._voices[0]  # that speaks
        self._peer_events: defaultdict[str, Loose] = defaultdict(Loose)
        self._device_events: list[Event] = []

    def feed(self, event: Event, voice: int) -> None:
        """Take the next event."""
        self._voice = spoken = self._voices[voice]
        session = self._session(event)
        if session is None:
            self._without_session(event)
        else:
            self._bind(session, event)
            if event.kind in MEANT:
                event = session.as_meant(event)
            attempt = session.attempt(event)
            if attempt is not None:
                attempt.take(event)
            elif session.peer and event.kind not in _CHATTER:
                self._keep_for_peer(session.peer, event)
            spoken.current = session
        spoken.last = event

    def concluded(self, peer: str | None) -> bool:
        """Whether a negotiation with that peer (None: with anybody) came to its end."""
        return any(not attempt.running for attempt in self._attempts() if peer in (None, attempt.peer))

    def finish(self) -> Replayed:
        """What came of it."""
        for voice in self._voices.values():
            for event in voice.waiting:
                self._give_up(event)
            voice.waiting = []
        for attempt in self._attempts():
            attempt.close()
            if attempt.peer is None and not attempt.running:
                attempt.peer = UNKNOWN_PEER
        return Replayed(
            negotiations=tuple(attempt.freeze() for attempt in self._attempts()),
            peer_events={peer: tuple(events) for peer, events in self._peer_events.items()},
            device_events=tuple(self._device_events),
            folded=folded_once(voice.folded for voice in self._voices.values()),
        )

    def _session(self, event: Event) -> Session | None:
        number, spi = event.exchange, event.fields.get("spi_i", _NOBODY)
        known = self._by_spi.get(spi)
        if known is not None and not known.restarts_with(event):
            return known
        numbered = self._by_number.get(number) if number else None
        if numbered is not None and self._continues(numbered, event, spi):
            return numbered
        if number or spi != _NOBODY:
            near = self._near(event)
            if near is not None and near.could_be(number, spi, event.peer) and not near.restarts_with(event):
                return near
            rekeyed = self._rekeyed(event)
            return rekeyed or (self._new(event) if number or event.kind in _BEGINNINGS else None)
        return self._of_peer(event) if event.peer else self._nearest(event)

    def _of_peer(self, event: Event) -> Session | None:
        session = self._voice.by_peer.get(event.peer or "") or self._of_other_voice(event)
        if session is not None and not session.restarts_with(event):
            return session
        near = self._near(event)
        if near is not None and near.peer is None:
            return near
        if event.kind == EventKind.INITIATOR_STARTS and session is not None and session.is_up:
            return None  # perhaps a further child SA, perhaps a new session: the next event tells
        return self._new(event) if event.kind in _BEGINNINGS and event.ike_version else None

    def _of_other_voice(self, event: Event) -> Session | None:
        """A syslog of few severities tells only the ends of what a debug tells whole."""
        if event.kind in _BEGINNINGS - ENDINGS or not is_logged(event.origin.text):
            return None
        return self._named(event.peer or "")

    def _named(self, peer: str) -> Session | None:
        return next((voice.by_peer[peer] for voice in self._voices.values() if peer in voice.by_peer), None)

    def _nearest(self, event: Event) -> Session | None:
        if event.message in _OF_THE_ENGINE:
            ends = (event.get("one"), event.get("other"))
            return next(filter(None, map(self._named, ends)), None)
        near = self._near(event)
        return near if event.kind in _NEAR else None

    def _near(self, event: Event) -> Session | None:
        near = self._voice.near(event)
        if near is None and len(self._voices) > 1 and event.peer is None and is_logged(event.origin.text):
            return next(filter(None, (voice.near(event) for voice in self._voices.values())), None)
        return near

    def _continues(self, session: Session, event: Event, spi: str) -> bool:
        if spi != _NOBODY and session.spis and spi not in session.spis and not session.is_up:
            return False
        return not session.restarts_with(event)

    def _rekeyed(self, event: Event) -> Session | None:
        """New SPIs under a message that begins nothing: the IKE SA was rekeyed."""
        session = self._voice.by_peer.get(event.peer or "")
        near = self._near(event)
        if session is None and near is not None and near.is_rekeying and event.peer in (None, near.peer):
            session = near
        if session is None or not session.is_up:
            return None
        row = state_row(event.get("state")) if event.kind == EventKind.STATE else None
        name = row.exchange if row is not None else event.get("exchange")
        return session if name in ("CREATE_CHILD_SA", "INFORMATIONAL") else None

    def _new(self, event: Event) -> Session:
        session = Session(self._voice.by_peer, self._begin)
        for earlier in self._adopted(event):
            self._bind(session, earlier)
            if earlier.kind != EventKind.NOTED:
                session.first(earlier).take(earlier)
        return session

    def _adopted(self, event: Event) -> list[Event]:
        """The unnumbered platform lines just before the first line that has a number belong to it."""
        waiting, self._voice.waiting = self._voice.waiting, []
        near = [
            one for one in waiting
            if one.kind in _FORERUNNERS and _is_near(one, event)
        ]  # fmt: skip
        peers = {one.peer for one in (*near, event) if one.peer}
        if len(peers) > 1:
            near = []
        for one in waiting:
            if one not in near:
                self._give_up(one)
        return near

    def _bind(self, session: Session, event: Event) -> None:
        """The session learns the names that the event gives, and is found by them from now on."""
        session.learn(event)
        number, spi, peer = event.exchange, event.fields.get("spi_i", _NOBODY), session.peer
        if number and self._by_number.get(number) is not session:
            _remember(self._by_number, number, session)
        if spi != _NOBODY and self._by_spi.get(spi) is not session:
            _remember(self._by_spi, spi, session)
        if peer and session.by_peer.get(peer) is not session:
            _remember(session.by_peer, peer, session)

    def _without_session(self, event: Event) -> None:
        waiting = self._voice.waiting
        waiting.append(event)
        if len(waiting) > _NEAR_LINES:
            self._give_up(waiting.pop(0))

    def _give_up(self, event: Event) -> None:
        if event.kind in _CHATTER:
            return
        if event.peer:
            self._keep_for_peer(event.peer, event)
        elif len(self._device_events) < _MOST_DEVICE_EVENTS:
            self._device_events.append(event)

    def _keep_for_peer(self, peer: str, event: Event) -> None:
        self._peer_events[peer].append(event)

    def _attempts(self) -> Iterator[Attempt]:
        return (attempt for voice in self._voices.values() for attempt in voice.attempts)

    def _begin(self, event: Event, child_only: bool) -> Attempt:
        attempt = Attempt(next(self._numbers), event, child_only=child_only)
        attempts = self._voice.attempts
        attempts.append(attempt)
        if len(attempts) > _IN_FULL:
            attempts[-_IN_FULL].retire()
        if attempt.number >= self._fold_next:
            self._fold_next = attempt.number + _FOLD_EVERY
            for voice in self._voices.values():
                voice.fold(attempt.number - MOST_NEGOTIATIONS)
        return attempt


def _remember(sessions: dict[str, Session], name: str, session: Session) -> None:
    """Bounded: a log of months names more sessions than are alive at any time."""
    sessions.pop(name, None)
    sessions[name] = session
    if len(sessions) > _MOST_SESSIONS:
        del sessions[next(iter(sessions))]


def _is_near(one: Event, other: Event) -> bool:
    """Whether two events stand so close together in one text that the same session may speak."""
    if one.origin.source != other.origin.source or abs(other.origin.line - one.origin.line) > _NEAR_LINES:
        return False
    return one.at is None or other.at is None or abs(other.at - one.at) <= _NEAR_TIME
