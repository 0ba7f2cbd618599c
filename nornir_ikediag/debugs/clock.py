"""Timestamps of logs. A console line carries no year, a syslog line usually does, a collector may add ISO time.

Times are naive: the device's local time, as printed. Without any year in the text and none given, the year is
``ASSUMED_YEAR``, and :attr:`Clock.year_assumed` says so.
"""

import re
from datetime import datetime

from nornir_ikediag.debugs.memo import Memo

ASSUMED_YEAR = 2000  # a leap year, so that the 29th of February is a date

TIMESTAMP = re.compile(
    r"(?P<iso>\d{4}-\d\d-\d\d)[T ](?P<iso_time>\d\d:\d\d:\d\d)(?:[.,]\d+)?(?:Z|[+-]\d\d:?\d\d)?"
    r"|(?P<month>[A-Z][a-z]{2}|\b[a-z]{2})\.? {1,2}(?P<day>\d{1,2})(?: (?P<year>\d{4}))?"
    r" (?P<time>\d\d:\d\d:\d\d)(?:\.\d+)?"
)
_NAMES = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_MONTHS = {
    name: number
    for number, full in enumerate(_NAMES, start=1)
    for name in (full, full[1:])  # a pasted text may have lost its first letter
}
# The time of a debug line; one second of a day costs less than the first of a day.
_SHORT = re.compile(r"(?P<day>[A-Z][a-z]{2} [ \d]\d) (?P<hour>[01]\d|2[0-3]):(?P<minute>[0-5]\d):(?P<second>[0-5]\d)")
_MOST_REMEMBERED = 4096
_UNKNOWN = datetime.max


def year_of(line: str) -> int | None:
    """The year that a time of this line bears, or None."""
    found = TIMESTAMP.search(line)
    year = found and (found["year"] or (found["iso"] or "")[:4])
    return int(year) if year else None


class Clock:
    """The clock of one text."""

    def __init__(self, year: int | None = None) -> None:
        self.year = year if year is not None else ASSUMED_YEAR
        self.year_assumed: int | None = None
        self._year_seen = False
        self._month = 0
        self._last = ""
        self._last_at: datetime | None = None
        self._remembered = Memo[datetime | None](_MOST_REMEMBERED)
        self._day = ""  # of the last time without a year that was worked out
        self._today = datetime(ASSUMED_YEAR, 1, 1)

    def read(self, text: str) -> datetime | None:
        """The last time in this text, or None where there is none."""
        if text == self._last:
            return self._last_at
        self._last = text
        self._last_at = self._look_up(text)
        return self._last_at

    def _look_up(self, text: str) -> datetime | None:
        known = self._remembered.get(text, _UNKNOWN)
        if known is not _UNKNOWN:
            return known
        short = _SHORT.fullmatch(text)
        if short is not None and short["day"] == self._day:
            hour, minute, second = int(short["hour"]), int(short["minute"]), int(short["second"])
            today = self._remembered[text] = self._today.replace(hour=hour, minute=minute, second=second)
            return today
        found = None
        for found in TIMESTAMP.finditer(text):  # noqa: B007 - the device's own time stands last
            pass
        at = self._at(found) if found is not None else None
        self._remembered[text] = at
        if at is not None and short is not None:
            self._day, self._today = short["day"], at
        return at

    def _at(self, found: re.Match[str]) -> datetime | None:
        try:
            if found["iso"]:
                at = datetime.fromisoformat(f"{found['iso']}T{found['iso_time']}")
                self._learn(at.year)
                return at
            month = _MONTHS.get(found["month"].lower())
            if month is None:
                return None
            if found["year"]:
                self._learn(int(found["year"]))
            elif not self._year_seen:
                self.year_assumed = self.year
            hour, minute, second = map(int, found["time"].split(":"))
            year = int(found["year"] or self._year_of(month))
            return datetime(year, month, int(found["day"]), hour, minute, second)
        except ValueError:
            return None

    def _learn(self, year: int) -> None:
        self._year_seen = True
        if year != self.year:
            self.year, self._month, self._day = year, 0, ""

    def _year_of(self, month: int) -> int:
        """The year turns between a December line and a January line; nothing else moves it."""
        if self._month == 12 and month == 1:
            self._turn(+1)
        elif self._month == 1 and month == 12:
            self._turn(-1)
        self._month = month
        return self.year

    def _turn(self, years: int) -> None:
        self.year += years
        self._day = ""
        self._remembered.clear()
