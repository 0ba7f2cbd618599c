"""Keeps the attempts of a replay within bounds, however long the log is.

All attempts are kept while there are few. Past ``_MOST_EVENTS`` events, attempts that are over keep only what their
verdict needs; past ``_MOST_NEGOTIATIONS`` the oldest that are over become counts by peer and outcome.
"""

from collections import Counter, deque

from nornir_ikediag.model.event import EventKind
from nornir_ikediag.model.negotiation import Negotiation
from nornir_ikediag.protocol.ikev1_attempt import Attempt

_MOST_NEGOTIATIONS = 10_000
_MOST_EVENTS = 100_000
_WHOLE_WITHIN = 250  # the newest attempts keep all their events
_CHATTER = frozenset({EventKind.NOTED, EventKind.DPD, EventKind.CRYPTO_MAP_CHECK})


class Keeper:
    """The attempts of one replay, in the order in which they began."""

    def __init__(self) -> None:
        self._attempts: deque[Attempt] = deque()
        self._whole: deque[Attempt] = deque()
        self.folded: Counter[tuple[str, str]] = Counter()

    def add(self, attempt: Attempt) -> None:
        """Keep a new attempt; older ones may be shortened or folded for it."""
        self._attempts.append(attempt)
        self._whole.append(attempt)
        if len(self._whole) > _WHOLE_WITHIN:
            self._shorten(self._whole.popleft())
        if len(self._attempts) > _MOST_NEGOTIATIONS:
            self._fold()

    def negotiations(self) -> tuple[Negotiation, ...]:
        """What is left of them, as values."""
        return tuple(attempt.freeze() for attempt in self._attempts)

    def _shorten(self, attempt: Attempt) -> None:
        most = _MOST_EVENTS // _MOST_NEGOTIATIONS * (1 if len(self._attempts) > 4 * _WHOLE_WITHIN else 6)
        attempt.shorten(most, _CHATTER)

    def _fold(self) -> None:
        for _ in range(len(self._attempts)):
            attempt = self._attempts.popleft()
            if not attempt.running:
                self.folded[attempt.peer or "", attempt.freeze().outcome] += 1
                return
            self._attempts.append(attempt)
