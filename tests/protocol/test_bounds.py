"""What a replay keeps of a long log, and that asking changes nothing."""

from datetime import datetime

from nornir_ikediag.model.event import Event, EventKind
from nornir_ikediag.model.evidence import Evidence
from nornir_ikediag.protocol.draft import Draft
from nornir_ikediag.protocol.keeper import Loose
from nornir_ikediag.protocol.voices import Voices


def event(line: int, kind: EventKind = EventKind.RETRANSMIT, text: str = "debug", hour: int = 10) -> Event:
    return Event(kind=kind, origin=Evidence(text, line, "a line"), at=datetime(2024, 5, 1, hour))


def lines(events: object) -> list[int]:
    assert isinstance(events, tuple)
    return [one.origin.line for one in events]


def test_an_attempt_keeps_its_first_and_its_last_events_and_counts_the_others() -> None:
    draft = Draft(1, event(1))
    for line in range(1, 5001):
        draft.add(event(line))
    frozen = draft.freeze()
    assert lines(frozen.events) == [*range(1, 401), *range(4801, 5001)]
    assert frozen.events_dropped == 4400


def test_an_attempt_of_long_ago_keeps_what_is_no_chatter() -> None:
    draft = Draft(1, event(1))
    for line in range(1, 101):
        draft.add(event(line, EventKind.DPD if line % 2 else EventKind.RETRANSMIT))
    draft.shorten(5, frozenset({EventKind.DPD}))
    frozen = draft.freeze()
    assert lines(frozen.events) == [2, 4, 96, 98, 100]
    assert frozen.events_dropped == 95


def test_of_a_peer_the_first_and_last_loose_events_stay_and_of_what_passes_the_last() -> None:
    loose = Loose()
    for line in range(1, 5001):
        loose.append(event(line, EventKind.DPD if line % 2 else EventKind.RETRANSMIT))
    told = [*range(2, 502, 2), *range(4502, 5002, 2)]
    assert lines(tuple(loose)) == sorted([*told, *range(4901, 5001, 2)])


def test_to_ask_who_tells_an_event_changes_nothing() -> None:
    voices = Voices()
    first = event(1, hour=10)
    assert voices.of(first) == 0
    assert voices.ranked(event(2, hour=12)) == (False, 0)
    assert voices.ranked(event(1, text="another")) == (False, 1)
    assert not voices.several
    assert voices.of(event(1, text="another", hour=11)) == 0  # it goes on after ten o'clock
