"""One IKEv2 attempt while it is replayed: the first exchanges with the first child, or one CREATE_CHILD_SA exchange."""

from collections.abc import Callable

import msgspec

from nornir_ikediag.model.event import Event, EventKind
from nornir_ikediag.model.negotiation import NegotiatedChild
from nornir_ikediag.model.sa import Selector
from nornir_ikediag.protocol.draft import Draft
from nornir_ikediag.protocol.ikev2_counts import PacketCounts
from nornir_ikediag.protocol.ikev2_exchanges import (
    ABOUT_CHILD,
    CHILD_DONE,
    CHILD_LOADED,
    ENDED,
    ENDINGS,
    FAILURES,
    REFUSING_NOTIFIES,
    state_row,
)
from nornir_ikediag.protocol.ikev2_places import PLACES, Standing, notify_of, placed

_NOT_KEPT = frozenset({EventKind.NOTED, EventKind.STATE})
_PACKETS = frozenset(
    {
        EventKind.PACKET, EventKind.PROPOSAL_OFFERED, EventKind.PROXY_RECEIVED, EventKind.PROXY_SENT,
        EventKind.NOTIFY_SENT, EventKind.NOTIFY_RECEIVED, EventKind.CRYPTO_MAP_CHECK, EventKind.TUNNEL_GROUP_LANDED,
    }
)  # fmt: skip
_CHATTER = frozenset({EventKind.CRYPTO_MAP_CHECK, EventKind.CONSEQUENCE, EventKind.DPD})
_FAILED_KEEPS, _GOOD_KEEPS = 6, 3  # events of an attempt of long ago
_MOST_CHILDREN = 64
_ASKS_AGAIN = ("INVALID_KE_PAYLOAD", "COOKIE")  # RFC 7296 sections 1.2 and 2.6
_ASKED = frozenset({EventKind.PROXY_RECEIVED, EventKind.PROXY_SENT})


class Attempt(Draft):
    """A draft that knows the IKEv2 tables. ``in_auth``: IKE_SA_INIT is over. ``created``: the IKE SA is up."""

    __slots__ = ("_counts", "_last_state", "created", "in_auth", "user_or_group")

    def __init__(self, number: int, origin: Event, *, child_only: bool = False) -> None:
        super().__init__(number, origin)
        self.ike_version = 2
        self.exchange = "ikev2"
        self.child_only = child_only
        self.in_auth = child_only
        self.created = child_only
        self.stage = "phase2" if child_only else "unknown"
        self.user_or_group: str | None = None  # syslog's `Username:`, which may be either
        self._counts = PacketCounts(self)
        self._last_state: Event | None = None

    def take(self, event: Event) -> None:
        """The next event of this attempt."""
        if event.kind in PLACES:
            event = self._in_place(event)
        kind = event.kind
        if kind not in _NOT_KEPT:
            self.add(event)
        elif event.at is not None and self.running:
            self.ended_at = event.at
        if event.username and "LAN-to-LAN" not in event.origin.text:  # there it is the tunnel-group
            self.username = event.username
        if kind in ABOUT_CHILD and not self.created and self.running:
            self.in_auth = True
            if kind not in _ASKED:  # IKE_AUTH asks for the child along with the authentication
                self.stage = "phase2"
        learn = _TAKES.get(kind)
        if learn is not None:
            learn(self, event)

    def close(self) -> None:
        """The log is over: what came after the IKE SA, and no refusal, tells that the child SA came up as well."""
        if self.user_or_group != self.username:
            self.tunnel_group = self.tunnel_group or self.user_or_group
        state = self._last_state
        if state is not None and self.running and self.stopped_at:
            self.add(state)

    def retire(self) -> None:
        """Long ago: keep what tells how it began and ended. Of a success the packets tell nothing any more."""
        good = self.outcome in ("established", "deleted")
        self.shorten(_GOOD_KEEPS if good else _FAILED_KEEPS, _PACKETS if good else _CHATTER)
        self._counts = PacketCounts(self)

    def _in_place(self, event: Event) -> Event:
        if event.kind is EventKind.IKE_PROPOSALS_REFUSED and self.role == "responder":
            # syslog knows the peer's group, which a responder finds by the identity in IKE_AUTH
            self.in_auth = self.in_auth or bool(event.tunnel_group or event.get("user_or_group"))
        return placed(event, Standing(self.role, self.stage, self.in_auth, self.child_only, self.selectors))

    def _nat(self, event: Event) -> None:
        ends = (event.get("remote"), event.get("local"))
        self.nat_detected = "yes" in ends or (self.nat_detected if "no" in ends else True)

    def _starts(self, event: Event) -> None:
        ours = event.kind is EventKind.INITIATOR_STARTS
        if self.role == "unknown":
            self.role = "initiator" if ours else "responder"
        if ours:
            self._asked_for(event)

    def _retransmit(self, event: Event) -> None:
        self._counts.retransmit()

    def _duplicate(self, event: Event) -> None:
        self._counts.duplicate()

    def _state(self, event: Event) -> None:
        state, happened = event.fields.get("state", ""), event.fields.get("event", "")
        row = state_row(state)
        if self.role == "unknown" and not self.child_only:
            self.role = event.get("role", "unknown")
        if state in ENDED:
            self._end("EV_FAIL" in happened or self.running)
            return
        if not self.running:
            if self.outcome == "failed" and row is not None and row.exchange:
                self.stopped_at = self.stopped_at or state  # the trace follows the payload that refused
            return
        self._last_state = event
        if state != "IDLE":
            self.stopped_at = state
        if row is not None:
            self._advance(row.exchange, row.stage)
        failed = "FAIL" in happened and "NO_FAIL" not in happened
        loaded = state == "AUTH_DONE" and happened in CHILD_LOADED
        if loaded or (state in CHILD_DONE and not failed) or (state == "READY" and self.created):
            self._established()

    def _advance(self, exchange: str, stage: str) -> None:
        if self.child_only or exchange in ("CREATE_CHILD_SA", "INFORMATIONAL"):
            return
        self.in_auth = self.in_auth or exchange == "IKE_AUTH"
        if stage == "established":
            return
        self.created = self.created or stage == "phase2"
        if not (self.stage == "phase2" and stage == "phase1"):
            self.stage = stage

    def _packet(self, event: Event) -> None:
        told = event.fields.get
        self._advance(told("exchange", ""), "phase1")
        if told("local_port") == "4500" or told("peer_port") == "4500":
            self.floated = True
        flags = told("flags", "") + told("flag", "")
        response = "RESPONSE" in flags
        if self.role == "unknown" and (flags or told("spi_r") == "0x0000000000000000"):
            self.role = "initiator" if (told("direction") == "sending") != response else "responder"
        self._counts.packet(event, response=response)

    def _selector(self, event: Event) -> None:
        selector = Selector(event.get("network"), _number(event.get("protocol")), event.get("port", "0"))
        if event.get("side") == "local":
            self.selector_local = self.selector_local or selector
        else:
            self.selector_remote = self.selector_remote or selector

    def _ike_sa_is_up(self, event: Event) -> None:
        if self.running:
            self.created = self.in_auth = True
            self.stage = "phase2"

    def _ends(self, event: Event) -> None:
        self._end(failed=self.running)

    def _selectors_refused(self, event: Event) -> None:
        self._failed(event)
        self._asked_for(event)

    def _noted(self, event: Event) -> None:
        if event.fields.get("child") == "loading" and (self.created or self.in_auth):
            self._established()
        elif event.fields.get("what") == "sa-created" and self.outcome in ("incomplete", "established"):
            self._installed(event.get("spi"), inbound=event.get("direction") == "inbound")
        elif event.fields.get("what") == "sa-deleted" and self.outcome == "established":
            spi = event.get("spi")
            self.child_sas = [child for child in self.child_sas if spi not in (child.spi_in, child.spi_out)]

    def _installed(self, spi: str, *, inbound: bool) -> None:
        """One direction of a child SA (602303); the other one stands in the line before or after."""
        one = NegotiatedChild(spi_in=spi if inbound else None, spi_out=None if inbound else spi)
        last = self.child_sas[-1] if self.child_sas else None
        if last is not None and (last.spi_in if inbound else last.spi_out) is None:
            one = NegotiatedChild(spi_in=one.spi_in or last.spi_in, spi_out=one.spi_out or last.spi_out)
            self.child_sas.pop()
        self.child_sas.append(msgspec.structs.replace(one, selectors=self.selectors))
        del self.child_sas[:-_MOST_CHILDREN]
        self._established()

    def _notified(self, event: Event) -> None:
        name = notify_of(event)
        if name in _ASKS_AGAIN:
            self._counts.starts_anew()
        elif name == "REKEY_SA":
            self.rekey = True
        elif name in REFUSING_NOTIFIES and event.kind is EventKind.NOTIFY_RECEIVED:
            self._failed(event)

    def _starts_anew(self, event: Event) -> None:
        if not event.get("final"):
            self._counts.starts_anew()

    def _address(self, event: Event) -> None:
        self.assigned_address = event.get("address") or self.assigned_address

    def _rekeys(self, event: Event) -> None:
        if self.rekey:  # under the attempt that built the SA it is only announced
            self._asked_for(event)

    def _asked_for(self, event: Event) -> None:
        for side in ("local", "remote"):
            if event.get(side):
                selector = Selector(
                    event.get(side), _number(event.get(f"{side}_protocol")), event.get(f"{side}_ports", "0")
                )
                setattr(self, f"selector_{side}", selector)

    def _child(self, event: Event) -> None:
        spis = (event.get("spi_in") or None, event.get("spi_out") or None)
        if any(spis) and all((child.spi_in, child.spi_out) != spis for child in self.child_sas):
            child = NegotiatedChild(spi_in=spis[0], spi_out=spis[1], selectors=self.selectors)
            self.child_sas.append(child)
        self._established()

    def _established(self) -> None:
        if self.running:
            self.conclude("established")
            self.stage = "established"
            self.stopped_at = None

    def _failed(self, event: Event) -> None:
        if not self.running:
            return
        self.conclude("failed")
        if self.role == "initiator" and event.fields.get("peer_port") == "4500":
            # we begin on UDP 500: the answer to IKE_SA_INIT made us move
            self.in_auth = self.floated = True
            self.nat_detected = self.nat_detected is not False
        if event.kind in ABOUT_CHILD or event.get("phase") == "2":
            self.stage = "phase2"
        elif self.stage == "unknown":
            self.stage = "phase1"

    def _end(self, failed: bool) -> None:
        if self.running and failed:
            self.conclude("failed")
            self.stage = "phase1" if self.stage == "unknown" else self.stage
        elif self.outcome == "established":
            self.conclude("deleted")


_TAKES: dict[EventKind, Callable[[Attempt, Event], None]] = {
    **dict.fromkeys(FAILURES, Attempt._failed),
    **dict.fromkeys(ENDINGS, Attempt._ends),
    EventKind.SELECTORS_REFUSED: Attempt._selectors_refused,
    EventKind.IKEV2_SA_CREATED: Attempt._ike_sa_is_up,
    EventKind.PHASE1_COMPLETED: Attempt._ike_sa_is_up,
    EventKind.STATE: Attempt._state,
    EventKind.PACKET: Attempt._packet,
    EventKind.RETRANSMIT: Attempt._retransmit,
    EventKind.DUPLICATE: Attempt._duplicate,
    EventKind.PROXY_RECEIVED: Attempt._selector,
    EventKind.PROXY_SENT: Attempt._selector,
    EventKind.NOTED: Attempt._noted,
    EventKind.NAT_VERDICT: Attempt._nat,
    EventKind.INITIATOR_STARTS: Attempt._starts,
    EventKind.REKEY_STARTS: Attempt._rekeys,
    EventKind.RESPONDER_STARTS: Attempt._starts,
    EventKind.CHILD_ESTABLISHED: Attempt._child,
    EventKind.ADDRESS_ASSIGNED: Attempt._address,
    EventKind.NOTIFY_RECEIVED: Attempt._notified,
    EventKind.NOTIFY_SENT: Attempt._notified,
    EventKind.COOKIE_CHALLENGE: Attempt._starts_anew,
    EventKind.KE_WRONG_GROUP: Attempt._starts_anew,
}


def _number(text: str) -> int:
    return int(text) if text.isdigit() else 0
