"""One IKEv1 negotiation while it is replayed: which message came last, which state that leaves it in, what it learned.

What a packet does is in the tables of :mod:`.ikev1_exchanges`; what another event does is in ``_TAKES`` below.
"""

from collections.abc import Callable
from datetime import timedelta

from nornir_ikediag.model.event import Event, EventKind
from nornir_ikediag.model.negotiation import NegotiatedChild, Negotiation
from nornir_ikediag.model.sa import Selector
from nornir_ikediag.protocol.draft import Draft
from nornir_ikediag.protocol.ikev1_exchanges import LAST, MACHINES, REFUSALS, Message
from nornir_ikediag.protocol.voices import time_between

_SAME_BREATH, _SAME_LINES = timedelta(seconds=20), timedelta(seconds=5)
_OF_USERS = frozenset({EventKind.XAUTH_REJECTED, EventKind.AAA_UNREACHABLE})
_ESP_PORT = "4500"


class Attempt(Draft):
    """A first exchange with its first quick mode, or a quick mode of its own (``exchange`` quick-mode)."""

    __slots__ = (
        "last_received",
        "last_sent",
        "old_sa_gone",
        "phase1_up",
        "quick",
        "quick_role",
        "refused",
        "stage_before_quick",
        "step",
    )  # fmt: skip

    def __init__(self, number: int, origin: Event) -> None:
        super().__init__(number, origin)
        self.peer = origin.peer
        self.step = 0  # the last message of the exchange in progress, sent or received
        self.last_received = 0
        self.last_sent = 0
        self.phase1_up = False
        self.quick: str | None = None  # the message id of its quick mode; '' while that is not printed
        self.refused = False
        self.quick_role: str | None = None  # either end may begin a quick mode
        self.stage_before_quick: str | None = None
        self.old_sa_gone = False  # of a rekey: what it replaced was seen to go

    def is_near(self, event: Event) -> bool:
        """Whether the event comes in the same breath as the end of this attempt."""
        if event.at is None or self.ended_at is None:
            return True
        return time_between(event.at, self.ended_at) <= _SAME_BREATH

    def is_refused_again_by(self, event: Event) -> bool:
        """Whether the same refusal comes again, later: of a log without packets that is all that tells two attempts
        apart. A user may be asked for the password more than once."""
        if self.sent or self.received or event.at is None:
            return False
        within = _SAME_BREATH if event.kind in _OF_USERS else _SAME_LINES
        same = (one.at for one in reversed(self.events) if one.kind is event.kind and one.message == event.message)
        at = next(same, None)
        return at is not None and time_between(event.at, at) > within

    def take(self, event: Event) -> None:
        """Keep the event, and learn what it says."""
        self.add(event)
        if event.tunnel_group:
            self.tunnel_group = event.tunnel_group
        if event.username:
            self.username = event.username
        learn = _TAKES.get(event.kind)
        if learn is not None:
            learn(self, event)

    def take_packet(self, event: Event, message: Message | None) -> None:
        """Count a packet, and move to the state that it leads to."""
        self.take(event)
        direction = event.fields.get("direction")
        if direction == "received":
            self._received(message)
        elif direction == "sending":
            self.sent += 1
            self.resent_at_end = 0
        elif direction == "resending":
            self.resent += 1
            self.resent_at_end += 1
        if message is None or not self.running:
            return
        if self.role == "unknown" and message.exchange != "quick-mode":
            self.role = _role(message, direction)
        self.step = message.number
        if direction == "received":
            self.last_received = message.number
            self.stopped_at = message.received
        else:
            self.last_sent = message.number
            self.stopped_at = message.sent
        if self.refused and direction != "resending" and message.number < LAST[message.exchange]:
            self.refused = False  # it goes on

    def _received(self, message: Message | None) -> None:
        self.received += 1
        self.resent_at_end = 0
        if self.floated:
            self.received_after_float += 1
        if message is not None and message.number == self.last_received and message.exchange != "quick-mode":
            self.peer_repeats += 1

    def end(self, event: Event | None, outcome: str, stopped_at: str | None = None) -> None:
        """It came to its end. An end that was seen is not changed by the clean-up after it."""
        if not self.running:
            return
        self.conclude(outcome)
        if outcome == "established":
            self.stage = "established"
            self.stopped_at = None
            self.refused = False
        elif stopped_at:
            self.stopped_at = stopped_at
        if event is not None and event.at is not None:
            self.ended_at = event.at

    def delete(self) -> None:
        """What was established is gone."""
        if self.outcome == "established":
            self.conclude("deleted")

    def freeze(self) -> Negotiation:
        """The value that leaves the replay; an attempt that was refused and never went on has failed."""
        if self.running and self.refused and not self.resent_at_end:
            self.conclude("failed")
        if self.selectors and len(self.child_sas) == 1 and self.child_sas[0].selectors is None:
            child = self.child_sas[0]
            self.child_sas = [NegotiatedChild(spi_in=child.spi_in, spi_out=child.spi_out, selectors=self.selectors)]
        self.message_id = self.message_id or self.quick or None
        return super().freeze()

    def child(self, spi_in: str | None, spi_out: str | None) -> None:
        """A pair of SAs, or the half of one that is known."""
        for position, known in enumerate(self.child_sas):
            if _same_or_unknown(known.spi_in, spi_in) and _same_or_unknown(known.spi_out, spi_out):
                spi_in, spi_out = spi_in or known.spi_in, spi_out or known.spi_out
                self.child_sas[position] = NegotiatedChild(spi_in=spi_in, spi_out=spi_out, selectors=self.selectors)
                return
        self.child_sas.append(NegotiatedChild(spi_in=spi_in, spi_out=spi_out, selectors=self.selectors))

    def selects(self, side: str, network: str, protocol: str = "0", port: str = "0") -> None:
        """One side of the selectors; what is known already stays."""
        if not network:
            return
        selector = Selector(network, int(protocol) if protocol.isdigit() else 0, port or "0")
        if side == "local" and self.selector_local is None:
            self.selector_local = selector
        elif side == "remote" and self.selector_remote is None:
            self.selector_remote = selector

    # --- what events say

    def _is_refused(self, event: Event) -> None:
        self.refused = True

    def _starts(self, event: Event) -> None:
        self.role = "initiator"
        if event.get("rekey") == "yes":
            self.rekey = True

    def _quick_starts(self, event: Event) -> None:
        if self.role == "unknown":
            self.role = "initiator" if event.get("role") == "initiator" else "responder"

    def _accepted(self, event: Event) -> None:
        self.refused = False
        if event.get("proposal") and self.proposal is None:
            policy = f", policy {event.get('policy')}" if event.get("policy") else ""
            self.proposal = f"IKE proposal {event.get('proposal')} transform {event.get('transform')}{policy}"

    def _accepted_ipsec(self, event: Event) -> None:
        self.refused = False
        if self.proposal is None:
            entry = f", map entry {event.get('sequence')}" if event.get("sequence") else ""
            self.proposal = f"IPSec proposal {event.get('proposal')} transform {event.get('transform')}{entry}"

    def _nat(self, event: Event) -> None:
        self.nat_detected = "yes" in (event.get("remote"), event.get("local"))

    def _float(self, event: Event) -> None:
        self.floated = True

    def _on_port(self, event: Event) -> None:
        self.local = self.local or event.get("local") or None
        if event.get("local_port") == _ESP_PORT:
            self.floated = True

    def _duplicate(self, event: Event) -> None:
        self.peer_repeats += 1

    def _user(self, event: Event) -> None:
        self.refused = False
        self.username = event.get("username") or self.username

    def _address(self, event: Event) -> None:
        self.refused = False
        self.assigned_address = event.get("address") or self.assigned_address
        if self.stage in ("unknown", "phase1", "xauth"):
            self.stage = "mode-config"

    def _phase1_completed(self, event: Event) -> None:
        self.phase1_up = True
        self.refused = False
        if self.stage != "established":
            self.stage = "phase2"
        if self.step and self.exchange in ("main-mode", "aggressive-mode") and not self.quick:
            self.stopped_at = "MM_ACTIVE" if self.exchange == "main-mode" else "AM_ACTIVE"
        if event.get("local"):
            self.local = event.get("local").partition("/")[0]
        if event.get("role") and self.role == "unknown":
            self.role = event.get("role")

    def _proxy(self, event: Event) -> None:
        told = event.fields.get
        self.selects(told("side", ""), told("network", ""), told("protocol", ""), told("port", ""))

    def _no_map(self, event: Event) -> None:
        self.refused = True
        for side in ("local", "remote"):
            self.selects(side, event.get(side))

    def _child(self, event: Event) -> None:
        self.child(event.get("spi_in") or None, event.get("spi_out") or None)
        if self.role == "unknown" and event.get("role"):
            self.role = event.get("role")
        if event.get("name") and self.tunnel_group is None:
            self.tunnel_group = event.get("name")

    def _machine_failed(self, event: Event) -> None:
        machine = event.get("machine")
        if event.get("role") and (self.role == "unknown" or machine != "QM"):
            self.role = event.get("role")
        exchange = MACHINES.get(machine)
        if exchange is not None and self.exchange == "unknown":
            self.exchange = exchange


_TAKES: dict[EventKind, Callable[[Attempt, Event], None]] = {
    **dict.fromkeys(REFUSALS, Attempt._is_refused),
    EventKind.INITIATOR_STARTS: Attempt._starts,
    EventKind.QM_STARTS: Attempt._quick_starts,
    EventKind.IKE_PROPOSAL_ACCEPTED: Attempt._accepted,
    EventKind.IPSEC_PROPOSAL_ACCEPTED: Attempt._accepted_ipsec,
    EventKind.NAT_VERDICT: Attempt._nat,
    EventKind.NAT_FLOAT: Attempt._float,
    EventKind.PACKET_ON_PORT: Attempt._on_port,
    EventKind.DUPLICATE: Attempt._duplicate,
    EventKind.USER_AUTHENTICATED: Attempt._user,
    EventKind.ADDRESS_ASSIGNED: Attempt._address,
    EventKind.PHASE1_COMPLETED: Attempt._phase1_completed,
    EventKind.PROXY_RECEIVED: Attempt._proxy,
    EventKind.PROXY_SENT: Attempt._proxy,
    EventKind.CRYPTO_MAP_NOT_FOUND: Attempt._no_map,
    EventKind.CHILD_ESTABLISHED: Attempt._child,
    EventKind.FSM_ERROR: Attempt._machine_failed,
}


def _role(message: Message, direction: str | None) -> str:
    ours = direction != "received"
    if message.sender == "initiator":
        return "initiator" if ours else "responder"
    return "responder" if ours else "initiator"


def _same_or_unknown(known: str | None, said: str | None) -> bool:
    return known is None or said is None or known == said
