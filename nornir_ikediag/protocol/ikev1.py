"""IKEv1 events to negotiations: each event to its peer, and the lines that name no peer to the one they must mean.

Lines without a peer:

* `Phase 1 failure: Mismatched attribute types …` is about the SA payload that is being read:
  :mod:`.ikev1_comparisons`.
* `Pitcher: received a key acquire message` belongs to the negotiation that we begin next.
* IPSEC lines name an SPI, or the addresses between which packets are to pass.
* AAA and address assignment name a user, or belong to the one client that is being asked. In a syslog of few
  severities the user's client is named only afterwards.
* A fragment in which no line names a peer is about one that nobody named.
"""

from collections import OrderedDict, defaultdict, deque
from collections.abc import Callable, Iterator
from datetime import timedelta

import msgspec

from nornir_ikediag.model.event import Event, EventKind
from nornir_ikediag.model.negotiation import UNKNOWN_PEER
from nornir_ikediag.model.reading import Replayed
from nornir_ikediag.protocol.ikev1_attempt import Attempt
from nornir_ikediag.protocol.ikev1_comparisons import VERDICTS, Comparisons
from nornir_ikediag.protocol.ikev1_exchanges import OF_PHASE1, OF_PHASE2, REFUSALS
from nornir_ikediag.protocol.ikev1_ipsec import IpsecLines
from nornir_ikediag.protocol.ikev1_lines import HANDLERS, feed
from nornir_ikediag.protocol.ikev1_packets import decide_repeated
from nornir_ikediag.protocol.ikev1_peer import Peer
from nornir_ikediag.protocol.keeper import Keeper, folded_once
from nornir_ikediag.protocol.voices import is_logged, time_between

_MOST_PEERS = 10_000
_MOST_DEVICE_EVENTS = 2_000
_MOST_WAITING = 500
_MOST_CLIENTS_ASKED = 50
_MOST_REFUSALS = 20
_SAME_BREATH = timedelta(seconds=5)
_SAME_LOGIN = timedelta(minutes=2)
_OF_THE_ENGINE = ("sa-created", "sa-deleted")
_ASKING = ("xauth", "mode-config")
_OF_CLIENTS = frozenset(
    {
        EventKind.USER_AUTHENTICATED,
        EventKind.XAUTH_REJECTED,
        EventKind.AAA_UNREACHABLE,
        EventKind.ADDRESS_ASSIGNED,
        EventKind.ADDRESS_FAILED,
        EventKind.ADDRESS_POOL_MISSING,
        EventKind.GROUP_LOCK,
        EventKind.LOGINS_EXCEEDED,
    }
)
_REFUSED_USER = frozenset({EventKind.XAUTH_REJECTED, EventKind.AAA_UNREACHABLE})
# PKI and the address manager name no peer: what they refuse is told again by the line of the peer that it is about.
_TOLD_AGAIN_BY = {
    EventKind.CERTIFICATE_INVALID: {EventKind.CERTIFICATE_INVALID, EventKind.AUTH_FAILED, EventKind.CONSEQUENCE},
    EventKind.ADDRESS_FAILED: {EventKind.ADDRESS_FAILED},
}
_CLAIMS = frozenset().union(*_TOLD_AGAIN_BY.values())
# Without one of these a fragment tells of no negotiation, and its lines stay the device's.
_OF_NEGOTIATIONS = frozenset(
    {EventKind.PACKET, EventKind.FSM_ERROR, EventKind.QM_FSM_ERROR, EventKind.PHASE1_COMPLETED,
     EventKind.PHASE2_COMPLETED, EventKind.CHILD_ESTABLISHED}
)  # fmt: skip
# What a voice may begin with: an attempt of its own, even where another voice tells it as well.
_BEGINNINGS = REFUSALS | OF_PHASE1 | OF_PHASE2 | _OF_NEGOTIATIONS | {
    EventKind.INITIATOR_STARTS, EventKind.QM_STARTS, EventKind.SESSION_TIMED_OUT, EventKind.NOTED,
}  # fmt: skip


class _Voice:
    """What one voice tells (:mod:`.voices`): the peers that it named, their attempts, the comparisons in progress."""

    def __init__(self, numbers: Iterator[int]) -> None:
        self._numbers = numbers
        self.keeper = Keeper()
        self.peers: OrderedDict[str, Peer] = OrderedDict()
        self.comparisons = Comparisons()

    def peer(self, name: str) -> Peer:
        """The peer of that name, a new one if need be."""
        peer = self.peers.get(name)
        if peer is None:
            if len(self.peers) >= _MOST_PEERS:
                self.peers.popitem(last=False)
            peer = self.peers[name] = Peer(name, self._begin)
        return peer

    def _begin(self, event: Event) -> Attempt:
        attempt = Attempt(next(self._numbers), event)
        self.keeper.add(attempt)
        return attempt


class Ikev1Replay:
    """The replay of IKEv1; see :class:`nornir_ikediag.protocol.replay.SubReplay`."""

    def __init__(self, numbers: Iterator[int]) -> None:
        self._voices: defaultdict[int, _Voice] = defaultdict(lambda: _Voice(numbers))
        self._device_events: deque[Event] = deque(maxlen=_MOST_DEVICE_EVENTS)
        self._acquires: deque[Event] = deque(maxlen=_MOST_WAITING)
        self._ipsec = IpsecLines(self._peer_of_any)
        self._asked: deque[Peer] = deque(maxlen=_MOST_CLIENTS_ASKED)
        self._unowned: deque[Event] = deque(maxlen=_MOST_REFUSALS)  # refused, of nobody knows whom yet
        self._refused: OrderedDict[str, deque[Event]] = OrderedDict()  # by user, whose client no line named yet

    def feed(self, event: Event, voice: int) -> None:
        """Take the next event."""
        name, spoken, kind = event.peer, self._voices[voice], event.kind
        if name is None:
            self._nameless(event, spoken)
            return
        peer = spoken.peers.get(name) or self._peer(name, spoken, event)
        if peer.repeated is not None:
            decide_repeated(peer, event)
        if self._refused and event.username in self._refused and event.ike_version == 1:
            self._give_refusal(peer, event)
        if spoken.comparisons.reading:
            spoken.comparisons.goes_on(name, kind)
        beyond = _BEYOND.get(kind)
        attempt = HANDLERS[kind](peer, event) if beyond is None else beyond(self, spoken, peer, event)
        if attempt is not None and attempt.stage in _ASKING and peer not in self._asked:
            self._asked.append(peer)

    def concluded(self, peer: str | None) -> bool:
        """Whether a negotiation with that peer (None: with anybody) came to its end."""
        return any(one.conclusions for one in self._peers() if peer in (None, one.name))

    def finish(self) -> Replayed:
        """What came of it."""
        for spoken in self._voices.values():
            self._place(spoken, None)
        if not any(self._peers()) and any(event.kind in _OF_NEGOTIATIONS for event in self._device_events):
            unnamed, self._device_events = self._device_events, deque()
            for event in unnamed:
                feed(self._peer_of_any(UNKNOWN_PEER), _of(event, UNKNOWN_PEER))
        loose: dict[str, tuple[Event, ...]] = {}
        for peer in self._peers():
            peer.close()
            if told := tuple(peer.loose):
                loose[peer.name] = (*loose.get(peer.name, ()), *told)
        return Replayed(
            negotiations=tuple(one for spoken in self._voices.values() for one in spoken.keeper.negotiations()),
            peer_events=loose,
            device_events=(*self._device_events, *self._acquires),
            folded=folded_once(spoken.keeper.folded for spoken in self._voices.values()),
        )

    def _peers(self) -> Iterator[Peer]:
        return (peer for spoken in self._voices.values() for peer in spoken.peers.values())

    def _peer(self, name: str, spoken: _Voice, event: Event) -> Peer:
        """A peer that this voice has not named yet. A syslog of few severities tells only the ends of what a debug
        tells whole."""
        if event.kind in _BEGINNINGS or not is_logged(event.origin.text):
            return spoken.peer(name)
        return self._peer_of_any(name, spoken)

    def _peer_of_any(self, name: str, spoken: _Voice | None = None) -> Peer:
        known = next((one.peers[name] for one in self._voices.values() if name in one.peers), None)
        return known or (spoken or self._voices[0]).peer(name)

    def _nameless(self, event: Event, spoken: _Voice) -> None:
        kind = event.kind
        if kind is EventKind.MISMATCH:
            spoken.comparisons.compare(event)
        elif kind is EventKind.KEY_ACQUIRE:
            self._acquires.append(event)
        elif self._ipsec.take(event):
            return
        elif kind in _OF_CLIENTS and (client := self._client(event)) is not None:
            feed(client, event)
        elif kind in _REFUSED_USER and event.username:
            self._keep_refusal(event.username, event)
        elif kind in VERDICTS:
            self._place(spoken, None)
            self._device_events.append(event)
        elif kind in _TOLD_AGAIN_BY:
            self._unowned.append(event)
            self._device_events.append(event)
        elif kind is not EventKind.NOTED:
            self._device_events.append(event)

    def _client(self, event: Event) -> Peer | None:
        """The one client that is being asked for this user, or for anything."""
        address = event.get("user_ip")
        named = next((peer for peer in self._peers() if peer.name == address), None) if address else None
        if named is not None:
            return named
        asked = [peer for peer in self._asked if peer.first is not None and peer.first.running]
        if event.username:
            asked = [peer for peer in asked if peer.first and peer.first.username in (None, event.username)]
        return asked[0] if len(asked) == 1 else None

    # --- lines of a peer that mean something beyond him

    def _noted(self, spoken: _Voice, peer: Peer, event: Event) -> Attempt | None:
        what = event.fields.get("what")
        if what == "processing-sa":
            spoken.comparisons.begins(peer.name)
        elif what in _OF_THE_ENGINE:
            self._ipsec.syslog(event)
            return None
        return feed(peer, event)

    def _verdict(self, spoken: _Voice, peer: Peer, event: Event) -> Attempt | None:
        self._place(spoken, peer.name)
        return feed(peer, event)

    def _claim(self, spoken: _Voice, peer: Peer, event: Event) -> Attempt | None:
        if self._unowned and event.ike_version == 1:
            self._give_unowned(peer, event)
        return feed(peer, event)

    def _starts(self, spoken: _Voice, peer: Peer, event: Event) -> Attempt | None:
        attempt = feed(peer, event)
        while attempt is not None and self._acquires:
            attempt.add(self._acquires.popleft())
        return attempt

    def _with_spis(self, spoken: _Voice, peer: Peer, event: Event) -> Attempt | None:
        attempt = feed(peer, event)
        if attempt is not None:
            self._ipsec.learn(attempt, event)
        return attempt

    # --- lines that wait until it is told whose they are

    def _keep_refusal(self, user: str, event: Event) -> None:
        """AAA refused a user whose client is not known: it may be named in a moment."""
        self._device_events.append(event)
        self._refused.setdefault(user, deque(maxlen=_MOST_REFUSALS)).append(event)
        if len(self._refused) > _MOST_WAITING:
            self._refused.popitem(last=False)

    def _give_unowned(self, peer: Peer, event: Event) -> None:
        """The refusals of the lines just before that this line of a peer tells again."""
        waiting, self._unowned = list(self._unowned), deque(maxlen=_MOST_REFUSALS)
        for refused in waiting:
            if event.kind not in _TOLD_AGAIN_BY[refused.kind]:
                self._unowned.append(refused)
            elif _are_near(refused, event, _SAME_BREATH) and refused in self._device_events:
                self._device_events.remove(refused)
                feed(peer, _of(refused, peer.name))

    def _give_refusal(self, peer: Peer, event: Event) -> None:
        for refusal in self._refused.pop(event.username or ""):
            if _are_near(refusal, event, _SAME_LOGIN):
                if refusal in self._device_events:
                    self._device_events.remove(refusal)
                feed(peer, _of(refusal, peer.name))

    def _place(self, spoken: _Voice, verdict_on: str | None) -> None:
        """The comparisons that waited go to whom they belong."""
        for event, owner in spoken.comparisons.verdict(verdict_on):
            if owner is None:
                self._device_events.append(event)
            else:
                feed(spoken.peer(owner), _of(event, owner))


_BEYOND: dict[EventKind, Callable[[Ikev1Replay, _Voice, Peer, Event], Attempt | None]] = {
    EventKind.NOTED: Ikev1Replay._noted,
    **dict.fromkeys(VERDICTS, Ikev1Replay._verdict),
    **dict.fromkeys(_CLAIMS, Ikev1Replay._claim),
    EventKind.INITIATOR_STARTS: Ikev1Replay._starts,
    EventKind.SPI_ALLOCATED: Ikev1Replay._with_spis,
    EventKind.CHILD_ESTABLISHED: Ikev1Replay._with_spis,
}


def _are_near(one: Event, other: Event, within: timedelta) -> bool:
    return one.at is None or other.at is None or time_between(one.at, other.at) <= within


def _of(event: Event, peer: str) -> Event:
    return msgspec.structs.replace(event, peer=peer)
