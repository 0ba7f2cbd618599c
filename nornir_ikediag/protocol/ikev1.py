"""IKEv1 events to negotiations: each event to its peer, and the lines that name no peer to the one they must mean.

Lines without a peer:

* `Phase 1 failure: Mismatched attribute types …` is printed while the SA payload of one peer is compared. It waits for the
  next acceptance or refusal; if that is the peer whose SA payload came last, the line is his, otherwise nobody's.
* `Pitcher: received a key acquire message` belongs to the negotiation that we begin next.
* IPSEC lines name an SPI, or the addresses between which packets are to pass.
* AAA and address assignment name a user, or belong to the one client that is being asked.
"""

from collections import OrderedDict, deque
from collections.abc import Iterator

from nornir_ikediag.model.event import Event, EventKind
from nornir_ikediag.model.reading import Replayed
from nornir_ikediag.protocol.ikev1_attempt import Attempt
from nornir_ikediag.protocol.ikev1_ipsec import IpsecLines
from nornir_ikediag.protocol.ikev1_peer import Peer
from nornir_ikediag.protocol.keeper import Keeper

_MOST_PEERS = 10_000
_MOST_DEVICE_EVENTS = 2_000
_MOST_WAITING = 500
_MOST_CLIENTS_ASKED = 50
_SA_READ = frozenset(
    {
        EventKind.IKE_PROPOSAL_ACCEPTED,
        EventKind.IKE_PROPOSALS_REFUSED,
        EventKind.IPSEC_PROPOSAL_ACCEPTED,
        EventKind.IPSEC_PROPOSALS_REFUSED,
    }
)
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


class Ikev1Replay:
    """The replay of IKEv1; see :class:`nornir_ikediag.protocol.replay.SubReplay`."""

    def __init__(self, numbers: Iterator[int]) -> None:
        self._numbers = numbers
        self._keeper = Keeper()
        self._peers: OrderedDict[str, Peer] = OrderedDict()
        self._device_events: deque[Event] = deque(maxlen=_MOST_DEVICE_EVENTS)
        self._comparisons: deque[Event] = deque(maxlen=_MOST_WAITING)
        self._comparing: str | None = None  # the peer whose SA payload is being read
        self._acquires: deque[Event] = deque(maxlen=_MOST_WAITING)
        self._ipsec = IpsecLines(self._peer)
        self._asked: deque[Peer] = deque(maxlen=_MOST_CLIENTS_ASKED)
        self._concluded_peers = 0

    def feed(self, event: Event) -> None:
        """Take the next event."""
        name = event.peer
        if name is None:
            self._nameless(event)
            return
        peer = self._peers.get(name) or self._peer(name)
        kind = event.kind
        if kind == EventKind.NOTED or kind == EventKind.PACKET:
            if event.fields.get("what") == "processing-sa" or "SA" in event.fields.get("payloads", "")[:8]:
                self._now_comparing(name)
        elif kind in _SA_READ:
            self._settle(name)
        elif kind == EventKind.INITIATOR_STARTS and self._acquires:
            attempt = peer.feed(event)
            self._give_acquires(attempt)
            return
        if event.message in ("602303", "602304"):
            self._ipsec.syslog(event)
            return
        attempt = peer.feed(event)
        if attempt is not None and (kind == EventKind.SPI_ALLOCATED or kind == EventKind.CHILD_ESTABLISHED):
            self._ipsec.learn(attempt, event)
        if attempt is not None and attempt.stage in ("xauth", "mode-config") and peer not in self._asked:
            self._asked.append(peer)

    def concluded(self, peer: str | None) -> bool:
        """Whether a negotiation with that peer (None: with anybody) came to its end."""
        if peer is not None:
            known = self._peers.get(peer)
            return known is not None and known.conclusions > 0
        return any(one.conclusions for one in self._peers.values())

    def finish(self) -> Replayed:
        """What came of it."""
        self._settle(None)
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
            self._comparisons.append(event)
        elif kind == EventKind.KEY_ACQUIRE:
            self._acquires.append(event)
        elif self._ipsec.take(event):
            return
        elif kind in _OF_CLIENTS and (client := self._client(event)) is not None:
            client.feed(event)
        elif kind in _SA_READ:
            self._settle(None)
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

    # --- comparisons

    def _now_comparing(self, name: str) -> None:
        if self._comparisons and self._comparing != name:
            self._settle(None)
        self._comparing = name

    def _settle(self, name: str | None) -> None:
        """The waiting comparisons belong to ``name`` if his SA payload is the one that was read; without a name (no verdict
        was printed) to the peer whose SA payload came last, if there is one."""
        comparing, self._comparing = self._comparing, None
        if not self._comparisons:
            return
        owner = comparing if name is None or comparing is None or comparing == name else None
        if comparing is None:
            owner = name
        waiting, self._comparisons = list(self._comparisons), deque(maxlen=_MOST_WAITING)
        if owner is None:
            self._device_events.extend(waiting)
            return
        peer = self._peer(owner)
        for event in waiting:
            peer.feed(_of(event, owner))

    def _give_acquires(self, attempt: Attempt | None) -> None:
        waiting, self._acquires = list(self._acquires), deque(maxlen=_MOST_WAITING)
        for event in waiting:
            if attempt is None:
                self._device_events.append(event)
            else:
                attempt.add(event)


def _of(event: Event, peer: str) -> Event:
    return Event(
        kind=event.kind, origin=event.origin, at=event.at, ike_version=event.ike_version, peer=peer, message=event.message,
        trust=event.trust, fields=event.fields,
    )  # fmt: skip
