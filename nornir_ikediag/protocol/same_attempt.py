"""Whether two voices of a device tell the same attempt, and how far apart they tell it.

Peer, user, role, end, exchange and SPIs must not contradict each other. They must be told at the same moment: by their
times, or, where one bears none, by the lines of the text in which both stand.
"""

from collections.abc import Collection
from datetime import timedelta

from nornir_ikediag.model.negotiation import Negotiation
from nornir_ikediag.protocol.voices import of_no_year

_SAME_MOMENT = timedelta(seconds=5)
_LONG_LOGIN = timedelta(minutes=2)  # a user types a password
_SAME_LINES = 5
_UP = ("established", "deleted")
_OF_QUICK_MODE, _OF_OTHERS = ("message_id",), ("role", "exchange")
_NO_ANSWER = {"unknown": None, "incomplete": None, "deleted": "established"}  # what contradicts nothing


class Telling:
    """An attempt as one voice tells it. ``begins`` to ``ends`` is the time that it took; of one that came up, which
    may live for days, no more than it takes to come up. Both are None where the log bears no times."""

    def __init__(self, told: Negotiation) -> None:
        self.told = told
        self.id = told.id
        self.text = told.origin.origin.source
        self.is_quick = told.child_only or told.exchange == "quick-mode"
        self.begins = of_no_year(told.started_at) if told.started_at else None
        self.ends = of_no_year(told.ended_at) if told.ended_at else self.begins
        if self.begins and self.ends and told.outcome in _UP:
            self.ends = min(self.ends, self.begins + _LONG_LOGIN)

        self._lines: tuple[int, int] | None = None

    @property
    def lines(self) -> tuple[int, int]:
        """The first and the last line of its text that tell it."""
        if self._lines is None:
            events = (self.told.origin, *self.told.events)
            lines = [event.origin.line for event in events if event.origin.source == self.text]
            self._lines = min(lines), max(lines)
        return self._lines


def may_be_one(one: Telling, other: Telling) -> bool:
    """Whether nothing that is told of the two contradicts the other."""
    told, again = one.told, other.told
    if not _agree(told, again, "ike_version", "username", "outcome"):
        return False
    if one.is_quick != other.is_quick:
        # a syslog that tells nothing of phase 1 makes a quick mode of its own of what was the first one
        return told.ike_version == 1 and (again if one.is_quick else told).stage in ("phase2", "established")
    return _agree(told, again, *(_OF_QUICK_MODE if one.is_quick else _OF_OTHERS)) and _share_spis(told, again)


def apart(one: Telling, other: Telling, interleaved: Collection[str]) -> tuple[bool, float] | None:
    """How far apart they are told: whether one calls it a quick mode and the other does not, and the seconds or lines
    between their beginnings or their ends. None: they are not told at one moment, or nothing tells. ``interleaved``
    are the texts in which both voices speak in turn."""
    between: float
    if one.begins and one.ends and other.begins and other.ends:
        if one.begins - _SAME_MOMENT > other.ends or other.begins - _SAME_MOMENT > one.ends:
            return None
        between = min(abs(one.begins - other.begins), abs(one.ends - other.ends)).total_seconds()
    else:
        if one.text != other.text or one.text not in interleaved:
            return None
        (first, last), (other_first, other_last) = one.lines, other.lines
        if first - _SAME_LINES > other_last or other_first - _SAME_LINES > last:
            return None
        between = min(abs(first - other_first), abs(last - other_last))
    return one.is_quick != other.is_quick, between


def _agree(one: Negotiation, other: Negotiation, *names: str) -> bool:
    """Whether each of these is the same of both, or one of them does not tell."""
    for name in names:
        mine, theirs = getattr(one, name), getattr(other, name)
        if mine != theirs:
            mine, theirs = _NO_ANSWER.get(mine, mine), _NO_ANSWER.get(theirs, theirs)
            if mine is not None and theirs is not None and mine != theirs:
                return False
    return True


def _share_spis(one: Negotiation, other: Negotiation) -> bool:
    spis, others = (
        {spi for child in end.child_sas for spi in (child.spi_in, child.spi_out) if spi} for end in (one, other)
    )
    return not spis or not others or bool(spis & others)
