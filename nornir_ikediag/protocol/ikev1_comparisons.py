"""Whose the lines are that compare an offer with a policy: `Phase 1 failure: Mismatched attribute types …`.

Such a line names no peer. It belongs to the SA payload in process. So it waits, with the peer whose SA payload is being
read at that moment, for the next acceptance or refusal. If that comes from the same peer, the line is his; if from
another, or if two SA payloads were open when it was printed, it is nobody's. Where the log shows no SA payload being
read (a syslog at a low level), the line belongs to the peer of the acceptance or refusal; where no verdict follows, to
the peer whose SA payload was read; without either, to nobody.
"""

from collections import deque

from nornir_ikediag.model.event import Event, EventKind

VERDICTS = frozenset(
    {
        EventKind.IKE_PROPOSAL_ACCEPTED,
        EventKind.IKE_PROPOSALS_REFUSED,
        EventKind.IPSEC_PROPOSAL_ACCEPTED,
        EventKind.IPSEC_PROPOSALS_REFUSED,
    }
)
_WHILE_READING = VERDICTS | {
    EventKind.NOTED, EventKind.ID_RECEIVED, EventKind.PROXY_RECEIVED, EventKind.CRYPTO_MAP_CHECK,
    EventKind.TUNNEL_GROUP_LANDED, EventKind.TUNNEL_GROUP_DEFAULT, EventKind.MISMATCH, EventKind.QM_STARTS,
}  # fmt: skip
_SEVERAL = ""
_MOST_WAITING = 500


class Comparisons:
    """The lines that wait, and the peers whose SA payload is being read."""

    def __init__(self) -> None:
        self.reading: dict[str, None] = {}
        self._waiting: deque[tuple[Event, str | None]] = deque(maxlen=_MOST_WAITING)

    def compare(self, event: Event) -> None:
        """A line that names no peer."""
        readers = len(self.reading)
        self._waiting.append((event, next(iter(self.reading)) if readers == 1 else _SEVERAL if readers else None))

    def begins(self, peer: str) -> None:
        """This peer's SA payload is being read."""
        self.reading[peer] = None
        if len(self.reading) > _MOST_WAITING:
            self.reading.pop(next(iter(self.reading)))

    def goes_on(self, peer: str, kind: EventKind) -> None:
        """Another line of a peer whose SA payload was being read: most of them say that it is read."""
        if kind not in _WHILE_READING:
            self.reading.pop(peer, None)

    def verdict(self, peer: str | None) -> list[tuple[Event, str | None]]:
        """The lines that waited, each with its peer, now that this peer's SA payload was accepted or refused."""
        if peer is not None:
            self.reading.pop(peer, None)
        waiting, self._waiting = self._waiting, deque(maxlen=_MOST_WAITING)
        return [(event, _owner(reader, peer)) for event, reader in waiting]


def _owner(reader: str | None, verdict_on: str | None) -> str | None:
    if reader is None:
        return verdict_on
    if reader == _SEVERAL:
        return None
    return reader if verdict_on in (None, reader) else None
