"""Keeps the attempts of a replay within bounds, however long the log is.

The newest attempts are kept whole. Those before them keep only what their verdict needs, and less of it once there are
many; past ``MOST_NEGOTIATIONS``, of all IKE versions together, the oldest that are over become counts by peer and
outcome.
"""

from collections import Counter, deque
from collections.abc import Iterable, Iterator

from nornir_ikediag.model.event import Event, EventKind
from nornir_ikediag.model.negotiation import Negotiation
from nornir_ikediag.protocol.draft import without_middle
from nornir_ikediag.protocol.ikev1_attempt import Attempt

MOST_NEGOTIATIONS = 10_000
_FIRST_LOOSE, _LAST_LOOSE = 250, 250
_LAST_PASSING = 50
_TAKEN_OUT_AT_ONCE = 100  # the middle is, of many
_FAILED_KEEPS, _GOOD_KEEPS = 6, 3  # events of an attempt, once there are many
_WHOLE_WITHIN = 250  # the newest attempts keep all their events
_CHATTER = frozenset({EventKind.NOTED, EventKind.DPD, EventKind.CRYPTO_MAP_CHECK})
_PASSING = _CHATTER | {EventKind.PACKET}


class Loose:
    """The events of a peer that belong to no attempt, bounded: the first and the last of them, which tell since when
    and until when. Of what passes on a tunnel that is up, and tells no fault, only the last ones."""

    def __init__(self) -> None:
        self._events: list[Event] = []
        self._most = _TAKEN_OUT_AT_ONCE

    def append(self, event: Event) -> None:
        """Keep one more."""
        events = self._events
        events.append(event)
        if len(events) > self._most:
            self._events = list(self)
            self._most = len(self._events) + _TAKEN_OUT_AT_ONCE

    def __iter__(self) -> Iterator[Event]:
        numbered = list(enumerate(self._events))
        telling = without_middle([one for one in numbered if one[1].kind not in _PASSING], _FIRST_LOOSE, _LAST_LOOSE)
        passing = [one for one in numbered if one[1].kind in _PASSING][-_LAST_PASSING:]
        return (event for _, event in sorted((*telling, *passing)))  # no two numbers are equal


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
        if attempt.number - self._attempts[0].number >= MOST_NEGOTIATIONS:
            self._fold()

    def negotiations(self) -> tuple[Negotiation, ...]:
        """What is left of them, as values. It keeps none of them: there may be many."""
        frozen = []
        while self._attempts:
            frozen.append(self._attempts.popleft().freeze())
        return tuple(frozen)

    def _shorten(self, attempt: Attempt) -> None:
        good = attempt.outcome in ("established", "deleted")
        many = len(self._attempts) > 4 * _WHOLE_WITHIN
        attempt.shorten((_GOOD_KEEPS if good else _FAILED_KEEPS) * (1 if many else 3), _CHATTER)

    def _fold(self) -> None:
        for _ in range(len(self._attempts)):
            attempt = self._attempts.popleft()
            if not attempt.running:
                self.folded[attempt.peer or "", attempt.freeze().outcome] += 1
                attempt.shorten(0, _CHATTER)  # a peer may still hold it
                return
            self._attempts.append(attempt)


def folded_once(voices: Iterable[Counter[tuple[str, str]]]) -> dict[tuple[str, str], int]:
    """What the voices of a device folded. Each may have told the same, so the highest count is what there was."""
    folded: Counter[tuple[str, str]] = Counter()
    for voice in voices:
        folded |= voice
    return dict(folded)
