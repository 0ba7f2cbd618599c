"""The packets of one IKEv2 attempt, counted: which were sent, received, sent again, or repeated by the peer.

The same packet is told by two facilities (protocol, platform), of which either may be off: each is counted by itself,
and the larger count is the attempt's. A packet that was told before is a retransmission, unless what came in between
asks for the message once more (a cookie, another group: RFC 7296 sections 1.2 and 2.6).
"""

from collections import defaultdict

from nornir_ikediag.model.event import Event
from nornir_ikediag.protocol.draft import Draft

_RETRANSMIT_LINE = "line"  # a facility of its own: `Retransmitting packet`, `Detected duplicate packet`


class PacketCounts:
    """Keeps the counts of a draft."""

    __slots__ = (
        "_after_float",
        "_draft",
        "_init_answered",
        "_packets",
        "_peer_repeats",
        "_resends",
        "_resends_at_end",
        "_told",
    )

    def __init__(self, draft: Draft) -> None:
        self._draft = draft
        self._told: defaultdict[tuple[str, ...], int] = defaultdict(int)
        self._packets: defaultdict[tuple[str, str], int] = defaultdict(int)
        self._resends: defaultdict[str, int] = defaultdict(int)
        self._resends_at_end: defaultdict[str, int] = defaultdict(int)
        self._peer_repeats: defaultdict[str, int] = defaultdict(int)
        self._after_float: defaultdict[str, int] = defaultdict(int)
        self._init_answered = False

    def packet(self, event: Event, *, response: bool) -> None:
        """Count this one; the draft knows its own role by now, as far as the packet tells it."""
        told = event.fields.get
        sending, tag, exchange = told("direction") == "sending", told("tag", "PROTO"), told("exchange", "")
        direction = "sending" if sending else "received"
        if sending and exchange == "IKE_SA_INIT" and self._draft.role == "initiator" and self._init_answered:
            self.starts_anew()  # the answer asked for another one
        self._init_answered = exchange == "IKE_SA_INIT" and not sending
        key = (tag, direction, exchange, told("message_id", ""), "R" if response else "")
        self._told[key] += 1
        if self._told[key] > 1:
            self._resent(tag) if sending else self._repeated(tag)
            return
        self._packets[tag, direction] += 1
        self._first_time(tag, self._packets[tag, direction], sending=sending)

    def retransmit(self) -> None:
        """A line says that we send again."""
        self._resent(_RETRANSMIT_LINE)

    def duplicate(self) -> None:
        """A line says that the peer sends again."""
        self._repeated(_RETRANSMIT_LINE)

    def starts_anew(self) -> None:
        """The same messages go out again, and that is no retransmission."""
        self._told.clear()

    def _first_time(self, tag: str, count: int, *, sending: bool) -> None:
        draft = self._draft
        if sending:
            draft.sent = max(draft.sent, count)
        else:
            draft.received = max(draft.received, count)
            if draft.floated:
                self._after_float[tag] += 1
                draft.received_after_float = max(self._after_float.values())
        self._resends_at_end.clear()
        draft.resent_at_end = 0

    def _resent(self, tag: str) -> None:
        self._resends[tag] += 1
        self._resends_at_end[tag] += 1
        self._draft.resent = max(self._resends.values())
        self._draft.resent_at_end = max(self._resends_at_end.values())

    def _repeated(self, tag: str) -> None:
        self._peer_repeats[tag] += 1
        self._draft.peer_repeats = max(self._peer_repeats.values())
