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

from collections import OrderedDict, deque
from collections.abc import Iterator
from datetime import timedelta

import msgspec

from nornir_ikediag.model.event import Event, EventKind
from nornir_ikediag.model.negotiation import UNKNOWN_PEER
from nornir_ikediag.model.reading import Replayed
from nornir_ikediag.protocol.ikev1_attempt import Attempt
from nornir_ikediag.protocol.ikev1_comparisons import VERDICTS, Comparisons
from nornir_ikediag.protocol.ikev1_ipsec import IpsecLines
from nornir_ikediag.protocol.ikev1_lines import feed
from nornir_ikediag.protocol.ikev1_peer import Peer
from nornir_ikediag.protocol.keeper import Keeper

_MOST_PEERS = 10_000
_MOST_DEVICE_EVENTS = 2_000
_MOST_WAITING = 500
_MOST_CLIENTS_ASKED = 50
_MOST_REFUSALS = 20
_SAME_BREATH = timedelta(seconds=5)
_SAME_LOGIN = timedelta(minutes=2)
_OF_SA_PAYLOADS = frozenset({EventKind.NOTED, EventKind.PACKET})
_WITH_SA = ("SA", "HASH SA")
_WITH_SPIS = frozenset({EventKind.SPI_ALLOCATED, EventKind.CHILD_ESTABLISHED})
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


class Ikev1Replay:
    """The replay of IKEv1; see :class:`nornir_ikediag.protocol.replay.SubReplay`."""

    def __init__(self, numbers: Iterator[int]) -> None:
        self._numbers = numbers
        self._keeper = Keeper()
        self._peers: OrderedDict[str, Peer] = OrderedDict()
        self._device_events: deque[Event] = deque(maxlen=_MOST_DEVICE_EVENTS)
        self._comparisons = Comparisons()
        self._acquires: deque[Event] = deque(maxlen=_MOST_WAITING)
        self._ipsec = IpsecLines(self._peer)
        self._asked: deque[Peer] = deque(maxlen=_MOST_CLIENTS_ASKED)
        self._unowned: deque[Event] = deque(maxlen=_MOST_REFUSALS)  # refused, of nobody knows whom yet
        self._refused: OrderedDict[str, deque[Event]] = OrderedDict()  # by user, whose client no line named yet

    def feed(self, event: Event) -> None:
        """Take the next event."""
        name = event.peer
        if name is None:
            self._nameless(event)
            return
        peer = self._peers.get(name) or self._peer(name)
        kind = event.kind
        if kind in _OF_SA_PAYLOADS:
            if event.fields.get("what") == "processing-sa" or event.fields.get("payloads", "").startswith(_WITH_SA):
                self._comparisons.begins(name)
        elif kind in VERDICTS:
            self._place(name)
        elif kind is EventKind.INITIATOR_STARTS and self._acquires:
            self._give_acquires(feed(peer, event))
            return
        if self._comparisons.reading:
            self._comparisons.goes_on(name, kind)
        if self._refused and event.username in self._refused and event.ike_version == 1:
            self._give_refusal(peer, event)
        if self._unowned and kind in _CLAIMS and event.ike_version == 1:
            self._give_unowned(peer, event)
        if event.message in ("602303", "602304"):
            self._ipsec.syslog(event)
            return
        attempt = feed(peer, event)
        if attempt is None:
            return
        if kind in _WITH_SPIS:
            self._ipsec.learn(attempt, event)
        if attempt.stage in _ASKING and peer not in self._asked:
            self._asked.append(peer)

    def concluded(self, peer: str | None) -> bool:
        """Whether a negotiation with that peer (None: with anybody) came to its end."""
        if peer is not None:
            known = self._peers.get(peer)
            return known is not None and known.conclusions > 0
        return any(one.conclusions for one in self._peers.values())

    def finish(self) -> Replayed:
        """What came of it."""
        self._place(None)
        if not self._peers and any(event.kind in _OF_NEGOTIATIONS for event in self._device_events):
            unnamed, self._device_events = self._device_events, deque()
            for event in unnamed:
                feed(self._peer(UNKNOWN_PEER), _of(event, UNKNOWN_PEER))
        for peer in self._peers.values():
            peer.close()
        return Replayed(
            negotiations=self._keeper.negotiations(),
            peer_events={name: tuple(peer.loose) for name, peer in self._peers.items() if peer.loose},
            device_events=(*self._device_events, *self._acquires),
            folded=dict(self._keeper.folded),
        )

    def _peer(self, name: str) -> Peer:
        peer = self._peers.get(name)
        if peer is None:
            if len(self._peers) >= _MOST_PEERS:
                self._peers.popitem(last=False)
            peer = self._peers[name] = Peer(name, self._begin)
        return peer

    def _begin(self, event: Event) -> Attempt:
        attempt = Attempt(next(self._numbers), event)
        self._keeper.add(attempt)
        return attempt

    def _nameless(self, event: Event) -> None:
        kind = event.kind
        if kind == EventKind.MISMATCH:
            self._comparisons.compare(event)
        elif kind == EventKind.KEY_ACQUIRE:
            self._acquires.append(event)
        elif self._ipsec.take(event):
            return
        elif kind in _OF_CLIENTS and (client := self._client(event)) is not None:
            feed(client, event)
        elif kind in _REFUSED_USER and event.username:
            self._keep_refusal(event.username, event)
        elif kind in VERDICTS:
            self._place(None)
            self._device_events.append(event)
        elif kind in _TOLD_AGAIN_BY:
            self._unowned.append(event)
            self._device_events.append(event)
        elif kind != EventKind.NOTED:
            self._device_events.append(event)

    def _client(self, event: Event) -> Peer | None:
        """The one client that is being asked for this user, or for anything."""
        address = event.get("user_ip")
        if address in self._peers:
            return self._peers[address]
        asked = [peer for peer in self._asked if peer.first is not None and peer.first.running]
        if event.username:
            asked = [peer for peer in asked if peer.first and peer.first.username in (None, event.username)]
        return asked[0] if len(asked) == 1 else None

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

    def _place(self, verdict_on: str | None) -> None:
        """The comparisons that waited go to whom they belong."""
        for event, owner in self._comparisons.verdict(verdict_on):
            if owner is None:
                self._device_events.append(event)
            else:
                feed(self._peer(owner), _of(event, owner))

    def _give_acquires(self, attempt: Attempt | None) -> None:
        waiting, self._acquires = list(self._acquires), deque(maxlen=_MOST_WAITING)
        for event in waiting:
            if attempt is None:
                self._device_events.append(event)
            else:
                attempt.add(event)


def _are_near(one: Event, other: Event, within: timedelta) -> bool:
    if one.at is None or other.at is None or (one.at.tzinfo is None) != (other.at.tzinfo is None):
        return True
    return abs(one.at - other.at) <= within


def _of(event: Event, peer: str) -> Event:
    return msgspec.structs.replace(event, peer=peer)
