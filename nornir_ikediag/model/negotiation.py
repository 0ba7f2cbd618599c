"""One attempt to build, or to rekey, a tunnel, as replayed from the log of one device."""

from datetime import datetime
from typing import Literal

import msgspec

from nornir_ikediag.model.event import Event, EventKind
from nornir_ikediag.model.sa import IkeVersion, Role, Selectors

ExchangeName = Literal["main-mode", "aggressive-mode", "quick-mode", "ikev2", "unknown"]
Outcome = Literal["established", "failed", "incomplete", "deleted"]
Stage = Literal["phase1", "xauth", "mode-config", "phase2", "established", "unknown"]

UNKNOWN_PEER = "unknown"  # the peer of an attempt whose lines name nobody


class NegotiatedChild(msgspec.Struct, frozen=True, kw_only=True):
    """The child SA that a negotiation made: SPIs as ``0x%08x``."""

    spi_in: str | None = None
    spi_out: str | None = None
    selectors: Selectors | None = None


class Negotiation(msgspec.Struct, frozen=True, kw_only=True):
    """A first exchange (main or aggressive mode, IKE_SA_INIT and IKE_AUTH) with all that belongs to it up to its first
    child SA; or, with ``exchange`` quick-mode (IKEv2: ``child_only``), a later child SA or rekey under an IKE SA.

    ``outcome``: established - it made what it was for; failed - it was refused, timed out or was torn down before;
    incomplete - the log ends (or begins) in the middle of it; deleted - it was established, and its end was logged too.
    ``stage`` is how far it came, ``stopped_at`` the state in the device's words (``MM_WAIT_MSG6``, ``I_WAIT_AUTH``),
    from the device's own FSM line where there is one, else from the replay.
    ``events`` are in the order of the log and bounded: past the bound the first and the last are kept and
    ``events_dropped`` counts the rest. ``rekey`` is True when it replaces SAs that were up.
    """

    id: str
    origin: Event
    ike_version: IkeVersion = 1
    exchange: ExchangeName = "unknown"
    role: Role = "unknown"
    local: str | None = None
    peer: str | None = None
    tunnel_group: str | None = None
    username: str | None = None
    cookies: str | None = None  # 'initiator:responder', IKEv2 SPIs likewise
    message_id: str | None = None  # of a quick mode, `0x%08x`
    child_only: bool = False
    rekey: bool = False
    proposal: str | None = None  # what was agreed, in the device's words, or 'IKE proposal 1 transform 5, policy 1'
    assigned_address: str | None = None
    selectors: Selectors | None = None  # asked for in phase 2, whether or not it was granted
    child_sas: tuple[NegotiatedChild, ...] = ()
    started_at: datetime | None = None
    ended_at: datetime | None = None
    outcome: Outcome = "incomplete"
    stage: Stage = "unknown"
    stopped_at: str | None = None
    nat_detected: bool | None = None
    floated: bool = False  # moved to UDP 4500
    received: int = 0  # packets of this negotiation that we received
    sent: int = 0  # packets that we sent, resends not counted
    resent: int = 0  # our own retransmissions, in all
    resent_at_end: int = 0  # of the last message we sent, after which nothing came
    received_after_float: int = 0
    peer_repeats: int = 0  # messages that the peer sent again
    events: tuple[Event, ...] = ()
    events_dropped: int = 0

    def all(self, *kinds: EventKind) -> tuple[Event, ...]:
        """The events of these kinds, in the order of the log."""
        return tuple(event for event in self.events if event.kind in kinds)

    def first(self, *kinds: EventKind) -> Event | None:
        """The first event of these kinds, or None."""
        return next((event for event in self.events if event.kind in kinds), None)

    def last(self, *kinds: EventKind) -> Event | None:
        """The last event of these kinds, or None."""
        return next((event for event in reversed(self.events) if event.kind in kinds), None)

    def has(self, *kinds: EventKind) -> bool:
        """Whether there is an event of these kinds."""
        return self.first(*kinds) is not None
