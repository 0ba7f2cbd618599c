"""Every text of a capture, read: show sections by their layouts, log lines by one replay for the whole device.

A terminal log or a paste holds both, so every source goes through :mod:`nornir_ikediag.sections` first. The replay sees
the logs in the order of the capture: what a device logged before a window comes before the window.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from itertools import chain, groupby, islice, pairwise

import msgspec

from nornir_ikediag import sections, shows
from nornir_ikediag.capture import Capture, Source
from nornir_ikediag.debugs import LOOK_AT, LogReader, is_log_line, wrapping_of, year_of
from nornir_ikediag.model.event import Event, EventKind
from nornir_ikediag.model.facts import SourceFacts
from nornir_ikediag.model.reading import Reading, Replayed
from nornir_ikediag.protocol import Replay

_BATCH_LINES = 250
_OF_COLLECTOR = re.compile(r"%(?:ASA|PIX|FTD)-|\|\d{6}\|")
# Which messages of one attempt come before which, whatever became of it.
_IN_ORDER = (
    EventKind.INITIATOR_STARTS, EventKind.IKE_PROPOSAL_ACCEPTED, EventKind.TUNNEL_GROUP_LANDED,
    EventKind.PHASE1_COMPLETED, EventKind.CRYPTO_MAP_CHECK, EventKind.CRYPTO_MAP_NOT_FOUND,
    EventKind.IPSEC_PROPOSALS_REFUSED, EventKind.QM_FSM_ERROR, EventKind.CONSEQUENCE, EventKind.PHASE2_COMPLETED,
)  # fmt: skip


class ShowText(msgspec.Struct, frozen=True):
    """One show section, where it came from, and what it yields."""

    source: Source
    reading: Reading


class Texts(msgspec.Struct, frozen=True, kw_only=True):
    """All that was read. ``sources`` has an entry for every section and every log, in the order of the capture.
    ``clock_year_assumed`` is the year given to log lines that carry none."""

    shows: tuple[ShowText, ...]
    replayed: Replayed
    sources: tuple[SourceFacts, ...]
    clock_year_assumed: int | None = None


def read_all(capture: Capture) -> Texts:
    """Read every source of the capture. Raises InputError when a file went away while it was read; nothing else."""
    collected: list[ShowText] = []
    facts: list[SourceFacts] = []
    replay = Replay()
    clock = _Clock()
    logged: dict[str, set[str]] = {}
    year = _year_told(capture)
    for source in capture.sources:
        if (source.command or "").startswith("debug"):
            replay.window_begins()
        parts = sections.split(source)
        texts = [ShowText(part, _read_show(part, show)) for show, part in parts.shows]
        collected.extend(texts)
        facts.extend(text.reading.facts for text in texts)
        lines = iter(_new_lines(source, parts.log, logged))
        first = list(islice(lines, LOOK_AT))
        wrapping = wrapping_of([line for _, line in first], is_log_line)
        reader = LogReader(source.name, year=_year(capture, source) or year, wrapping=wrapping)
        events = _events(reader, chain(first, lines))
        for event in _reversed(events) if source.path is None and _is_newest_first(first) else events:
            if clock.year_assumed is None:
                clock.look_at(event)
            replay.feed(event)
        log_facts = reader.facts()
        if log_facts.lines or not texts:
            facts.append(_with_collector_notes(log_facts, source))
    return Texts(
        shows=tuple(collected), replayed=replay.finish(), sources=tuple(facts), clock_year_assumed=clock.year_assumed
    )


class _Clock:
    """Finds the year that the log reader assumed: that of the first time whose line does not show a year."""

    def __init__(self) -> None:
        self.year_assumed: int | None = None

    def look_at(self, event: Event) -> None:
        if event.at is not None and str(event.at.year) not in event.origin.text:
            self.year_assumed = event.at.year


def _is_newest_first(lines: Sequence[tuple[int, str]]) -> bool:
    """Whether a collector listed these messages backwards, as searches do: syslog whose times only ever go down."""
    if not any(_OF_COLLECTOR.search(line) for _, line in lines):
        return False
    events = list(_events(LogReader(""), lines))
    times = [event.at for event in events if event.at is not None]
    steps = [(later < earlier, later > earlier) for earlier, later in pairwise(times) if _comparable(earlier, later)]
    falls, rises = sum(down for down, _ in steps), sum(up for _, up in steps)
    if times and not falls and not rises:  # one second: what closes an attempt stands in front of what opens it
        ranks = [_IN_ORDER.index(event.kind) for event in events if event.kind in _IN_ORDER]
        falls = sum(later < earlier for earlier, later in pairwise(ranks)) - 1  # one alone is a second attempt
        rises = sum(later > earlier for earlier, later in pairwise(ranks))
    return falls > 0 and not rises


def _comparable(one: datetime, other: datetime) -> bool:
    return (one.tzinfo is None) == (other.tzinfo is None)


def _reversed(events: Iterable[Event]) -> Iterator[Event]:
    """The events of the last line first; those of one line as they are."""
    by_line = [list(of_line) for _, of_line in groupby(events, key=lambda event: event.origin.line)]
    for of_line in reversed(by_line):
        yield from of_line


def _events(reader: LogReader, lines: Iterable[tuple[int, str]]) -> Iterator[Event]:
    """The events of all lines. Line after line from disk to replay would cost a third more: what works on a batch at
    a time stays in the processor's caches."""
    lines = iter(lines)
    while batch := list(islice(lines, _BATCH_LINES)):
        yield from reader.events(batch)
    yield from reader.close()


def _new_lines(
    source: Source, lines: Iterable[tuple[int, str]], logged: dict[str, set[str]]
) -> Iterable[tuple[int, str]]:
    """`show logging` is read before and after a window: what it showed before is not news, only its line number is."""
    if not (source.command or "").startswith("show log"):
        return lines
    seen = logged.setdefault(source.command or "", set())
    if source.round == 0:
        numbered = list(lines)
        seen.update(line for _, line in numbered)
        return numbered
    return ((number, line) for number, line in lines if line not in seen)


def _year(capture: Capture, source: Source) -> int | None:
    at = source.ended_at or source.started_at or capture.collected_at
    return at.year if at else None


def _year_told(capture: Capture) -> int | None:
    """The year of the first syslog message that bears one: a console's lines, which never do, are of the same days."""
    for source in capture.sources:
        told = (year_of(line) for line in islice(source.lines(), LOOK_AT) if _OF_COLLECTOR.search(line))
        if (year := next(filter(None, told), None)) is not None:
            return year
    return None


def _read_show(part: Source, show: shows.Show) -> Reading:
    reading = shows.read(part, show)
    return msgspec.structs.replace(reading, facts=_with_collector_notes(reading.facts, part))


def _with_collector_notes(facts: SourceFacts, source: Source) -> SourceFacts:
    """What the collector knew about this text while it read it, joined to what the reader makes of it."""
    problem = facts.problem
    if not source.complete and problem is None:
        problem = "the output stopped before the device came back to its prompt"
    return msgspec.structs.replace(
        facts,
        command=facts.command or source.command,
        complete=facts.complete and source.complete,
        refused=facts.refused or source.refused,
        problem=problem,
    )
