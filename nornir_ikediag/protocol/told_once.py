"""One negotiation that several voices of a device tell (:mod:`.voices`), made one again; of either IKE version.

Whether two attempts are one says :mod:`.same_attempt`; where neither time nor place tells, they pair in order if each
text tells of as many with that peer. A voice tells an attempt once, so that two of one second stay two. The debug tells
more: its attempt stays, and takes from the other what it lacks, and every event that it does not have. What a syslog of
few severities tells in fragments is gone too where it says nothing but what an attempt of the debug has.
"""

from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from itertools import chain, islice
from typing import Any

import msgspec

from nornir_ikediag.model.event import Event
from nornir_ikediag.model.negotiation import UNKNOWN_PEER, Negotiation
from nornir_ikediag.protocol.same_attempt import Telling, apart, may_be_one
from nornir_ikediag.protocol.voices import NO_YEAR, Voices

_SECOND = timedelta(seconds=1)
_NEIGHBOURS = 6  # attempts that are looked at on either side of a moment: a peer may retry for weeks
_TAKEN = (
    "local", "tunnel_group", "username", "message_id", "proposal", "assigned_address", "selectors", "child_sas",
    "started_at", "ended_at", "nat_detected", "role", "exchange", "stage", "stopped_at",
)  # fmt: skip
_ENDED = ("outcome", "stage", "stopped_at", "ended_at")
_NOTHING = (None, "", (), "unknown")
_FURTHER = ("incomplete", "failed", "established", "deleted")

Rank = tuple[bool, int]  # of a voice


def told_once(negotiations: Iterable[Negotiation], voices: Voices, window_from: int = 0) -> list[Negotiation]:
    """The negotiations without those that another voice tells in more detail. ``window_from`` is the id of the first
    one in a debug window: what was logged before it is not told in it."""
    by_voice: dict[Rank, list[Negotiation]] = defaultdict(list)
    for one in negotiations:
        by_voice[voices.ranked(one.origin)].append(one)
    told: list[Negotiation] = []
    for voice in sorted(by_voice):
        told = _joined(told, by_voice[voice], window_from) if told else by_voice[voice]
    return told


def loose_told_once(
    events: Mapping[str, Sequence[Event]], negotiations: Iterable[Negotiation], voices: Voices
) -> dict[str, list[Event]]:
    """The events by peer that belong to no negotiation, without those that another voice tells as well, be it within a
    negotiation with that peer."""
    told: dict[str, dict[Rank, list[Event]]] = defaultdict(lambda: defaultdict(list))
    for one in negotiations:
        for event in one.events if one.peer in events else ():
            told[one.peer or ""][voices.ranked(event)].append(event)
    return {peer: _loose_told_once(loose, told[peer], voices) for peer, loose in events.items()}


def _loose_told_once(events: Sequence[Event], told: Mapping[Rank, list[Event]], voices: Voices) -> list[Event]:
    by_voice: dict[Rank, list[Event]] = defaultdict(list)
    for event in events:
        by_voice[voices.ranked(event)].append(event)
    kept: list[Event] = []
    for voice in sorted(by_voice):
        others = chain(*(said for other, said in told.items() if other != voice))
        kept += _news(chain(kept, others), by_voice[voice])
    return kept


class _Pairs:
    """What two voices both tell: by the id of our telling, theirs."""

    def __init__(self) -> None:
        self.theirs: dict[str, Negotiation] = {}
        self.paired: set[str] = set()

    def add(self, ours: Telling, theirs: Telling) -> None:
        self.theirs[ours.id] = theirs.told
        self.paired |= {ours.id, theirs.id}

    def left(self, tellings: Iterable[Telling]) -> list[Telling]:
        """Those that are in no pair yet."""
        return [one for one in tellings if one.id not in self.paired]


def _joined(told: Sequence[Negotiation], others: Sequence[Negotiation], window_from: int) -> list[Negotiation]:
    """What is told already, with what another voice adds to it, and then what that voice alone tells."""
    tellings = [[Telling(one) for one in ones] for ones in (told, others)]
    ours, theirs = map(_by_peer, tellings)
    pairs = _Pairs()
    for peer in theirs.keys() & ours.keys():
        _pair_close(ours[peer], theirs[peer], pairs)
        _pair_in_order(pairs.left(ours[peer]), pairs.left(theirs[peer]), pairs, window_from)
    _pair_close(pairs.left(ours.get(None, ())), pairs.left(tellings[1]), pairs)
    _pair_close(pairs.left(tellings[0]), pairs.left(theirs.get(None, ())), pairs)
    gone = {one.id for one in pairs.theirs.values()}
    for peer in theirs.keys() & ours.keys():
        gone.update(_fragments(ours[peer], pairs.left(theirs[peer]), pairs))
    return [
        *(_filled(one, pairs.theirs[one.id]) if one.id in pairs.theirs else one for one in told),
        *(one for one in others if one.id not in gone),
    ]


def _by_peer(tellings: Iterable[Telling]) -> dict[str | None, list[Telling]]:
    """None: those that name nobody."""
    by_peer: dict[str | None, list[Telling]] = defaultdict(list)
    for one in tellings:
        by_peer[None if one.told.peer == UNKNOWN_PEER else one.told.peer].append(one)
    return by_peer


def _pair_close(ours: Sequence[Telling], theirs: Sequence[Telling], pairs: _Pairs) -> None:
    """Those that are told at one moment, the nearest first."""
    if not ours or not theirs:
        return
    interleaved = _interleaved(ours, theirs)
    found = [
        (far, one.id, other.id, one, other)
        for one, other in _neighbours(ours, theirs)
        if (far := apart(one, other, interleaved)) is not None and may_be_one(one, other)
    ]
    for *_, one, other in sorted(found, key=lambda each: each[:3]):
        if one.id not in pairs.paired and other.id not in pairs.paired:
            pairs.add(one, other)


def _pair_in_order(ours: Sequence[Telling], theirs: Sequence[Telling], pairs: _Pairs, window_from: int) -> None:
    """Those of which one bears no time: text by text, where there are as many."""
    texts = _by_text(theirs, window_from)
    for (_, in_window), some in _by_text(ours, window_from).items():
        for key, others in texts.items():
            if key[1] == in_window and len(some) == len(others) and all(map(_may_pair, some, others)):
                for one, other in zip(some, others, strict=True):
                    pairs.add(one, other)
                del texts[key]
                break


def _by_text(tellings: Iterable[Telling], window_from: int) -> dict[tuple[str, bool], list[Telling]]:
    by_text: dict[tuple[str, bool], list[Telling]] = defaultdict(list)
    for one in tellings:
        by_text[one.text, int(one.id) >= window_from].append(one)
    return by_text


def _may_pair(one: Telling, other: Telling) -> bool:
    return (one.begins is None or other.begins is None) and may_be_one(one, other)


def _interleaved(ours: Sequence[Telling], theirs: Sequence[Telling]) -> set[str]:
    """The texts in which the two take turns, line by line; in others the lines of one log stand behind the other's.
    None are looked for where every one bears its time."""
    if all(one.begins for one in chain(ours, theirs)):
        return set()
    spans: list[dict[str, tuple[int, int]]] = [{}, {}]
    for span, tellings in zip(spans, (ours, theirs), strict=True):
        for one in tellings:
            (first, last), (known_first, known_last) = one.lines, span.get(one.text, one.lines)
            span[one.text] = min(first, known_first), max(last, known_last)
    both = spans[0].keys() & spans[1].keys()
    return {text for text in both if max(span[text][0] for span in spans) <= min(span[text][1] for span in spans)}


def _neighbours(ours: Sequence[Telling], theirs: Sequence[Telling]) -> Iterator[tuple[Telling, Telling]]:
    """Those that begin one after the other: in time, and in a text for those that bear no time."""
    timed, others_timed = ([one for one in tellings if one.begins] for tellings in (ours, theirs))
    yield from _neighbours_by(lambda one: one.begins, timed, others_timed)
    others_untimed = theirs if len(timed) < len(ours) else [one for one in theirs if not one.begins]
    yield from _neighbours_by(lambda one: (one.text, one.lines[0]), ours, others_untimed)


def _neighbours_by(
    place: Callable[[Telling], Any], ours: Sequence[Telling], theirs: Sequence[Telling]
) -> Iterator[tuple[Telling, Telling]]:
    if not theirs:
        return
    placed = sorted(ours, key=place)
    places = list(map(place, placed))
    for other in theirs:
        middle = bisect_left(places, place(other))
        for one in placed[max(middle - _NEIGHBOURS, 0) : middle + _NEIGHBOURS]:
            yield one, other


def _fragments(ours: Sequence[Telling], theirs: Sequence[Telling], pairs: _Pairs) -> Iterator[str]:
    """The ids of those that say nothing but what one of ours says at that moment, or, those that bear no time together,
    what ours without a pair say. Every event of ours answers for one of theirs."""
    interleaved = _interleaved(ours, theirs)
    unanswered: dict[str, list[Event]] = {}
    for one, other in _neighbours(ours, theirs):
        if apart(one, other, interleaved) is None:
            continue
        if one.id not in unanswered:
            again = pairs.theirs.get(one.id)
            unanswered[one.id] = _news(again.events if again else (), one.told.events)
        if not _news(unanswered[one.id], other.told.events):
            unanswered[one.id] = _news(other.told.events, unanswered[one.id])
            yield other.id
    untimed = [one for one in theirs if one.begins is None]
    events, others = ([*chain(*(one.told.events for one in ones))] for ones in (pairs.left(ours), untimed))
    if not _news(events, others):
        yield from (one.id for one in untimed)


def _filled(one: Negotiation, other: Negotiation) -> Negotiation:
    """The fuller telling, with what the other one adds. What is told further is how it ended."""
    if not (one.sent or one.received) and (other.sent or other.received):
        one, other = other, one
    taken = {name: getattr(other, name) for name in _TAKEN if getattr(one, name) in _NOTHING}
    if _FURTHER.index(other.outcome) > _FURTHER.index(one.outcome):
        taken |= {name: getattr(other, name) for name in _ENDED if getattr(other, name) not in _NOTHING}
    if taken.get("outcome", one.outcome) in ("established", "deleted"):
        taken["stopped_at"] = None
    if taken.get("tunnel_group") == one.username:
        taken.pop("tunnel_group", None)
    return msgspec.structs.replace(
        one,
        **taken,
        peer=other.peer if one.peer in (None, UNKNOWN_PEER) else one.peer,
        rekey=one.rekey or other.rekey,
        events=(*one.events, *_news(one.events, other.events)),
        events_dropped=one.events_dropped + other.events_dropped,
    )


def _news(told: Iterable[Event], others: Sequence[Event]) -> list[Event]:
    """Of the other events those that are not among the told ones, with the same words and within a second."""
    said: dict[Hashable, Counter[datetime | None]] = defaultdict(Counter)
    kinds = {event.kind for event in others}
    for event in told:
        if event.kind in kinds:
            said[_words(event)][_moment(event.at)] += 1
    news = []
    for event in others:
        times, at = said[_words(event)], _moment(event.at)
        near = (at, at - _SECOND, at + _SECOND, None) if at else islice(times, 1)
        found = [time for time in near if time in times][:1]
        if not found:
            news.append(event)
        elif times[found[0]] == 1:
            del times[found[0]]
        else:
            times[found[0]] -= 1
    return news


def _words(event: Event) -> Hashable:
    return event.kind, event.peer, tuple(sorted(event.fields.items()))


def _moment(at: datetime | None) -> datetime | None:
    """The second, as far as every voice tells it."""
    return at.replace(year=NO_YEAR, microsecond=0, tzinfo=None) if at else None
