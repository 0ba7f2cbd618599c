"""The logs of a device that may tell the same negotiation: each is replayed by itself, as if there were no other.

A debug and the syslog print the same lines of IKEv1, and different ones of IKEv2; on a console with `logging console
debugging` both come in one text, line by line. Replayed as one log, what the second one repeats would begin attempts,
or end them, once more. So a text has up to two voices, its debug and its syslog; texts of one kind that follow each
other in time go on in one voice, and one that goes back in time (the buffer and the collector's copy of it) gets its
own. What came of each is joined in :mod:`.told_once`.
"""

import re
from datetime import datetime, timedelta

from nornir_ikediag.model.event import Event

# A 711001 carries a line of a debug (`logging debug-trace`).
_SYSLOG = re.compile(r"[%|](?:(?:ASA|PIX|FTD)-(?:\w+-)?\d-(?!711001)\d{6}\b|(?!711001)\d{6}\|)")
NO_YEAR = 2000  # a leap year
_HALF_A_YEAR = timedelta(days=182)


class Voices:
    """Numbers the voices of a device, from 0."""

    def __init__(self) -> None:
        self._debugs: dict[str, int] = {}  # the voices by the name of the text
        self._syslogs: dict[str, int] = {}
        self._logged: list[bool] = []  # by voice: whether it is a syslog
        self._at: list[datetime | None] = []  # by voice: when it spoke last

    def of(self, event: Event) -> int:
        """The voice that tells this event, a new one if need be."""
        origin, at = event.origin, event.at
        logged = is_logged(origin.text)
        voices = self._syslogs if logged else self._debugs
        voice = voices.get(origin.source)
        if voice is None:
            voice = voices[origin.source] = self._new(event, logged=logged)
        if at is not None:
            self._at[voice] = at
        return voice

    @property
    def several(self) -> bool:
        """Whether more than one spoke."""
        return len(self._logged) > 1

    def ranked(self, event: Event) -> tuple[bool, int]:
        """Debugs before syslogs, which say less; then in the order in which they began to speak."""
        origin = event.origin
        logged = is_logged(origin.text)
        return logged, (self._syslogs if logged else self._debugs).get(origin.source, len(self._logged))

    def _new(self, event: Event, *, logged: bool) -> int:
        for voice, at in enumerate(self._at):
            if self._logged[voice] == logged and not _is_before(event.at, at):
                return voice
        self._logged.append(logged)
        self._at.append(None)
        return len(self._at) - 1


def is_logged(line: str) -> bool:
    """Whether this line is a syslog message, and not one that carries a line of a debug."""
    return ("%" in line or "|" in line) and _SYSLOG.search(line) is not None


def _is_before(one: datetime | None, other: datetime | None) -> bool:
    """Whether it is earlier by less than half a year: a log without years goes from December on to January."""
    if one is None or other is None:
        return False
    return timedelta() < of_no_year(other) - of_no_year(one) < _HALF_A_YEAR


def of_no_year(at: datetime) -> datetime:
    """A debug prints no year and no zone, a syslog may: for comparing the two."""
    return at.replace(year=NO_YEAR, tzinfo=None)


def time_between(one: datetime, other: datetime) -> timedelta:
    """Between two times of which one may lack its year or its zone."""
    if one.year == other.year and one.tzinfo is other.tzinfo:
        return abs(one - other)
    apart = abs(of_no_year(one) - of_no_year(other))
    return apart if (one.tzinfo is None) != (other.tzinfo is None) else min(apart, abs(one - other))
