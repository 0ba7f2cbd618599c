"""One IKE SA of the log, with its names and its attempts."""

import re
from collections.abc import Callable
from datetime import datetime, timedelta

import msgspec

from nornir_ikediag.model.event import Event, EventKind
from nornir_ikediag.model.evidence import Evidence
from nornir_ikediag.protocol.ikev2_attempt import Attempt
from nornir_ikediag.protocol.ikev2_exchanges import ENDED, ENDINGS, FAILURES, state_row

Begin = Callable[[Event, bool], Attempt]

_BIRTHS = frozenset({"EV_INIT_SA", "EV_RECV_INIT"})
_TROUBLE = re.compile(r"ABORT|FAIL|ERR|EXCEED|TMO|TIMEOUT")
_STARTS = frozenset({EventKind.RESPONDER_STARTS, EventKind.INITIATOR_STARTS})
_REPEATS = frozenset({EventKind.RETRANSMIT, EventKind.DPD_TIMEOUT})
_DELETES = frozenset({EventKind.DELETE_RECEIVED, EventKind.DELETE_SENT})
_SAME_DEATH, _SAME_BREATH = timedelta(seconds=5), timedelta(seconds=1)
_REKEY_CLEANUP, _REKEY_LINES = timedelta(seconds=60), 60
_OF_THE_WHOLE = ENDINGS | _DELETES | {EventKind.DPD, EventKind.DPD_TIMEOUT}
_OF_EXCHANGES = frozenset({EventKind.STATE, EventKind.PACKET})
_ASKS = frozenset({EventKind.REKEY_STARTS, EventKind.INITIATOR_STARTS})
MEANT = _DELETES | {
    EventKind.RETRIES_EXHAUSTED, EventKind.CHILD_ESTABLISHED, EventKind.TORN_DOWN, EventKind.NEGOTIATION_ABORTED
}  # fmt: skip
_CHILD_REFUSALS = frozenset(
    {
        EventKind.RECEIVED_POLICY, EventKind.EXPECTED_POLICY, EventKind.IPSEC_PROPOSALS_REFUSED,
        EventKind.SELECTORS_REFUSED, EventKind.CRYPTO_MAP_PEER_MISMATCH, EventKind.CRYPTO_MAP_INCOMPLETE,
        EventKind.RETRIES_EXHAUSTED, EventKind.NEGOTIATION_ABORTED, EventKind.RETRANSMIT,
    }
)  # fmt: skip


class Session:
    """``spis`` are the initiator SPIs by which it is known: more than one once it was rekeyed. ``by_peer`` are the
    sessions of the voice that began to tell it. ``begin`` makes an attempt that the replay keeps."""

    def __init__(self, by_peer: "dict[str, Session]", begin: Begin) -> None:
        self.by_peer = by_peer
        self._begin = begin
        self.number: str | None = None
        self.spis: set[str] = set()
        self.peer: str | None = None
        self._local: str | None = None
        self._group: str | None = None
        self._cookies: str | None = None
        self._cookies_are_known = False  # both of them
        self._user_or_group: str | None = None
        self._named: Attempt | None = None  # the attempt that has all these names
        self._first: Attempt | None = None
        self._children: dict[tuple[str, str], Attempt] = {}
        self._child: Attempt | None = None
        self._rekey: Event | None = None
        self._successor: str | None = None  # the SPI of the IKE SA that replaced the first one
        self._replacing: Event | None = None  # the last of a CREATE_CHILD_SA exchange
        self._liveness = False  # the last exchange was INFORMATIONAL
        self._last_at: datetime | None = None
        self._up_at: datetime | None = None
        self._twin_at: datetime | None = None  # a second SA came up in the same moment: both ends had begun
        self._aborted_at: Evidence | None = None

    @property
    def is_up(self) -> bool:
        """Whether its first exchanges made an IKE SA that nothing ended yet (or came before the log began)."""
        return self._first is None or self._first.outcome == "established"

    @property
    def is_rekeying(self) -> bool:
        """Whether a CREATE_CHILD_SA exchange is under way: the names of another IKE SA may come of it."""
        return self.is_up and self._child is not None and self._child.running

    def restarts_with(self, event: Event) -> bool:
        """Whether this event is the first of a new attempt although the session's names are known: numbers, and of
        course peers, recur."""
        first = self._first
        if first is None or first.running:
            return False
        restarts = _RESTARTS.get(event.kind)
        return restarts is not None and restarts(self, event)

    def _is_born_with(self, event: Event) -> bool:
        return event.get("state") == "IDLE" and event.get("event") in _BIRTHS

    def _is_opened_by(self, event: Event) -> bool:
        return event.get("exchange") == "IKE_SA_INIT" and event.get("spi_i") not in self.spis

    def _comes_up_with(self, event: Event) -> bool:
        return event.message == "750006" and not self.is_up

    def _fails_anew_with(self, event: Event) -> bool:
        if event.exchange is not None or self._first is None:
            return False
        if self.is_up:
            return event.kind not in _CHILD_REFUSALS
        return self._first.outcome == "deleted" or self._is_later(event)

    def _is_later(self, event: Event) -> bool:
        """Whether a failure is that of a later attempt: every attempt is aborted once, and dies within seconds."""
        apart = None if event.at is None or self._last_at is None else abs(event.at - self._last_at)
        if self._aborted_at is not None and self._aborted_at != event.origin and event.message != "752012":
            # some releases print the reason behind the abort, in the same second
            return event.kind == EventKind.NEGOTIATION_ABORTED or apart is None or apart > _SAME_BREATH
        return apart is not None and apart > _SAME_DEATH

    def as_meant(self, event: Event) -> Event:
        """Lines of the kinds :data:`MEANT`, whose meaning may depend on what went before. Retransmissions that ran out
        under an SA that is up, with no other exchange under way: the peer is dead. A delete right behind a rekey: the
        SA that was replaced."""
        if event.kind in (EventKind.CHILD_ESTABLISHED, EventKind.TORN_DOWN):
            return self._of_twins(event)
        if event.kind is EventKind.NEGOTIATION_ABORTED:
            self._aborted_at = event.origin if event.message == "750003" else self._aborted_at
            return event
        made = self._replacing
        if event.kind in _DELETES:
            if event.get("scope") or made is None or not _follows(made, event):
                return event
            return msgspec.structs.replace(event, fields={**event.fields, "scope": "child"})
        if self._liveness and self.is_up and self._child is None:
            return msgspec.structs.replace(event, kind=EventKind.DPD_TIMEOUT)
        return event

    def could_be(self, number: str | None, spi: str, peer: str | None) -> bool:
        """Whether nothing that the session is known by contradicts these names."""
        return (
            (number is None or self.number in (None, number))
            and (not self.spis or spi in self.spis or not spi.strip("0x"))
            and (peer is None or self.peer in (None, peer))
        )

    def learn(self, event: Event) -> None:
        """Take the names that the event gives."""
        fields = event.fields
        if event.exchange is not None:
            self.number = event.exchange
        if event.at is not None:
            self._last_at = event.at
        if "spi_i" in fields:
            self._learn_spis(fields["spi_i"], fields.get("spi_r", ""))
        if event.peer or event.tunnel_group or event.local or "user_or_group" in fields:
            self.peer = self.peer or event.peer
            self._local = self._local or event.local
            self._group = event.tunnel_group or self._group
            self._user_or_group = fields.get("user_or_group") or self._user_or_group
            self._named = None

    def _learn_spis(self, spi_i: str, spi_r: str) -> None:
        if (spi_i in self.spis and self._cookies_are_known) or not spi_i.strip("0x"):
            return
        if self.spis and spi_i not in self.spis:
            self._successor = spi_i
        self.spis.add(spi_i)
        if not self._cookies_are_known and spi_r:
            self._cookies, self._cookies_are_known = f"{spi_i}:{spi_r}", spi_r.strip("0x") != ""
            self._named = None

    def _of_twins(self, event: Event) -> Event:
        """Both ends began at once: two SAs come up within seconds, and the end of one is not that of the tunnel (RFC
        7296 section 2.8)."""
        if event.message == "750006" and event.at is not None:
            together = self._up_at is not None and event.at - self._up_at <= _SAME_DEATH
            self._twin_at, self._up_at = event.at if together and self.is_up else None, event.at
        elif event.message == "750007" and event.at is not None and self._twin_at is not None:
            spare, self._twin_at = event.at - self._twin_at <= _REKEY_CLEANUP, None
            return msgspec.structs.replace(event, kind=EventKind.NOTED) if spare else event
        return event

    def attempt(self, event: Event) -> Attempt | None:
        """The attempt that the event belongs to, begun if need be; None where it belongs to the session as a whole."""
        attempt = self._of_exchange(event) if event.kind in _OF_EXCHANGES else self._chosen(event)
        if attempt is not None and attempt is not self._named:
            self._name(attempt)
        return attempt

    def first(self, event: Event) -> Attempt:
        """The first exchanges."""
        if self._first is None:
            self._first = self._begin(event, False)
        self._name(self._first)
        return self._first

    def _chosen(self, event: Event) -> Attempt | None:
        kind = event.kind
        if kind in _ASKS:
            self._rekey = event if kind is EventKind.REKEY_STARTS else None
            if self._rekey is not None and self.is_up and self._first is not None:
                return None  # it belongs to the exchange that follows
        elif event.get("direction") == "sending" and kind is EventKind.DPD:
            self._liveness = self.is_up
        elif self._liveness and kind in _REPEATS and self._first is None:
            return None
        if kind in _OF_THE_WHOLE or (self._first is None and self._begins_nothing(event)):
            return self._first
        child = self._of_child(event) if kind in _CHILD_REFUSALS else self._child
        return child or self._first or self.first(event)

    def _of_exchange(self, event: Event) -> Attempt | None:
        name, first = _exchange(event), self._first
        if name == "CREATE_CHILD_SA":
            self._liveness = False
            return self._child_of(event)
        if name == "INFORMATIONAL" or event.fields.get("state") == "READY":
            self._child = None
            self._liveness = name == "INFORMATIONAL"
            return first if first is not None and first.running else None
        if first is None and self._begins_nothing(event):
            return None
        return self._child or first or self.first(event)

    def _begins_nothing(self, event: Event) -> bool:
        if event.kind is EventKind.STATE:
            return not self.is_rekeying and _is_farewell(event)
        return event.kind in (EventKind.NOTED, EventKind.REKEY_STARTS)

    def _of_child(self, event: Event) -> Attempt | None:
        """The CREATE_CHILD_SA exchange that spoke last, of a refusal: one that only this speaks of is begun by it."""
        if self._liveness and event.kind in _REPEATS:
            return None  # what is repeated is the liveness check
        if self._child is None and self._first is not None and self.is_up:
            self._child = self._begin(event, True)
            self._mark_rekey(self._child)
        return self._child

    def _child_of(self, event: Event) -> Attempt:
        self._replacing = event
        mid = event.get("message_id")
        key = (mid, _began_by(event))
        known = self._children.get(key)
        if known is None and not key[1]:
            known = next((one for (other, _), one in self._children.items() if other == mid), None)
        if known is None and self._successor == event.get("spi_i", "-") and self._child and self._child.running:
            known = self._children[key] = self._child  # the exchange goes on under the names of the IKE SA it makes
        if known is None:
            known = self._begin(event, True)
            known.message_id = mid or None
            known.role = {"us": "initiator", "peer": "responder"}.get(key[1], "unknown")
            self._children[key] = known
            while len(self._children) > 8:
                del self._children[next(iter(self._children))]
            self._mark_rekey(known)
        self._child = known
        return known

    def _mark_rekey(self, attempt: Attempt) -> None:
        """The exchange is the rekey that was asked for just before."""
        if self._rekey is not None:
            attempt.rekey = True
            attempt.child_only = self._rekey.get("phase") != "1"
            attempt.take(self._rekey)
            self._rekey = None

    def _name(self, attempt: Attempt) -> None:
        attempt.peer = attempt.peer or self.peer
        attempt.local = attempt.local or self._local
        attempt.cookies = self._cookies or attempt.cookies
        attempt.tunnel_group = self._group or attempt.tunnel_group
        attempt.user_or_group = self._user_or_group
        self._named = attempt


# What may be the first of a new attempt, after the first exchanges came to an end.
_RESTARTS: dict[EventKind, Callable[[Session, Event], bool]] = {
    **dict.fromkeys(FAILURES, Session._fails_anew_with),
    **dict.fromkeys(_STARTS, lambda session, event: True),
    EventKind.STATE: Session._is_born_with,
    EventKind.PACKET: Session._is_opened_by,
    EventKind.CHILD_ESTABLISHED: Session._comes_up_with,
}


def _follows(one: Event, other: Event) -> bool:
    if one.at is not None and other.at is not None:
        return abs(other.at - one.at) <= _REKEY_CLEANUP
    return other.origin.line - one.origin.line <= _REKEY_LINES


def _is_farewell(event: Event) -> bool:
    """Whether an SA goes of which nothing else was seen, and no trouble is told: one that a rekey replaced."""
    return event.fields.get("state") in ENDED and not _TROUBLE.search(event.get("event"))


def _exchange(event: Event) -> str:
    state = event.fields.get("state")
    if state is None:
        return event.fields.get("exchange", "")
    row = state_row(state)
    return row.exchange if row is not None else ""


def _began_by(event: Event) -> str:
    if event.kind == EventKind.STATE:
        return "us" if event.get("state").startswith("CHILD_I") else "peer"
    flags = event.get("flags") + event.get("flag")
    if not flags:
        return ""
    return "us" if (event.get("direction") == "sending") != ("RESPONSE" in flags) else "peer"
