"""One negotiation that two logs of a device tell, its debug and its syslog say, told once.

The syslog of IKEv1 and its debug print the same words at the same second, the syslog fewer of them. So of two logs the
one that says less is silent for as long as the other one speaks, if the other has every one of its lines. If one is
missing there, nothing is left out: the logs may be of different events. Lines without a time, and those that no debug
prints (AAA, the engine, the session manager), always stay.
"""

from collections.abc import Hashable, Iterable, Sequence
from datetime import datetime, timedelta
from itertools import permutations

from nornir_ikediag.model.event import Event

_SECOND = timedelta(seconds=1)


def told_once(events: Sequence[Event]) -> list[Event]:
    """The events of a device, in their order, without those that another log of theirs tells as well."""
    logs: dict[tuple[str, bool], list[Event]] = {}
    for event in events:
        if event.at is not None and event.ike_version == 1 and event.peer is not None:
            logs.setdefault((event.origin.source, "%ASA-" in event.origin.text), []).append(event)
    retold: set[int] = set()
    for fuller, other in permutations(logs.values(), 2):
        if not any(id(event) in retold for event in fuller):
            retold.update(map(id, _told_by(fuller, other)))
    return [event for event in events if id(event) not in retold]


def _told_by(fuller: Sequence[Event], other: Sequence[Event]) -> Sequence[Event]:
    """The events of the other log in the time of the fuller one, if that tells them all."""
    said = {_words(event, at) for event in fuller for at in _around(event)}
    times = [at for event in fuller for at in _around(event)]
    first, last = min(times), max(times)
    within = [event for event in other if first <= _of_no_year(event) <= last]
    return within if all(_words(event, _of_no_year(event)) in said for event in within) else ()


def _words(event: Event, at: datetime) -> Hashable:
    return at, event.kind, event.peer, tuple(sorted(event.fields.items()))


def _around(event: Event) -> Iterable[datetime]:
    """Its time, and a second off: the two are printed one after the other."""
    at = _of_no_year(event)
    return at - _SECOND, at, at + _SECOND


def _of_no_year(event: Event) -> datetime:
    """A debug prints no year, a syslog does."""
    return (event.at or datetime.min).replace(year=2000, tzinfo=None)
