"""How tunnels that were up come to their end, and whether they came back.

Teardown reasons are those of the session manager (%ASA-4-113019, 713050, 713259, 750007). They mislead after a failed
negotiation (the same failure reads `User Requested` at one end and `Internal Error` at the other), so they count only
for a tunnel that was up, and for loose lines.
"""

import re
from collections.abc import Sequence
from itertools import chain
from typing import NamedTuple

from nornir_ikediag.causes._once import once_per_subject
from nornir_ikediag.model.event import Event, EventKind
from nornir_ikediag.model.negotiation import Negotiation
from nornir_ikediag.model.tunnel import Tunnel

LIVING = ("up", "rekeying", "partial")
ENDS = (
    EventKind.TORN_DOWN, EventKind.DELETE_RECEIVED, EventKind.DPD_TIMEOUT, EventKind.IDLE_TIMEOUT,
    EventKind.ADMINISTRATOR_CLEARED, EventKind.SAME_IDENTITY, EventKind.INTERFACE_CHANGED,
)  # fmt: skip
_ONE_END_SECONDS = 10
_PACKETS_ASTRAY = 3
_ONE_END_LINES = 30


class End(NamedTuple):
    """A line that says why a tunnel ended, and the negotiation that had built it, where the log shows that one."""

    event: Event
    negotiation: Negotiation | None


def ends(tunnel: Tunnel, *kinds: EventKind, reason: str | None = None) -> tuple[End, ...]:
    """The ends of this tunnel that a line of these kinds tells, or a teardown whose reason matches, oldest first."""
    pattern = re.compile(reason, re.IGNORECASE) if reason else None
    found = []
    for end in _candidates(tunnel):
        torn_down = end.event.kind == EventKind.TORN_DOWN
        told = torn_down and pattern is not None and pattern.search(end.event.get("reason") or end.event.origin.text)
        if told or (not torn_down and end.event.kind in kinds):
            found.append(end)
    return tuple(found)


def is_back(tunnel: Tunnel) -> bool:
    """Whether the tunnel is up at the end of what was read."""
    return tunnel.state in LIVING


def events_of(tunnel: Tunnel, *kinds: EventKind) -> tuple[Event, ...]:
    """Every event of these kinds, of negotiations and loose ones, in the order of the log."""
    if _kinds_in(tunnel).isdisjoint(kinds):
        return ()
    every = [event for one in tunnel.negotiations for event in one.events if event.kind in kinds]
    every += [event for event in tunnel.events if event.kind in kinds]
    return tuple(sorted(every, key=lambda event: (event.origin.source, event.origin.line)))


@once_per_subject
def _kinds_in(tunnel: Tunnel) -> frozenset[EventKind]:
    of_attempts = chain.from_iterable(one.events for one in tunnel.negotiations)
    return frozenset(event.kind for event in chain(of_attempts, tunnel.events))


def fewest(tunnel: Tunnel) -> int:
    """How many logged packets on a wrong way prove something. One may have left while the tunnel was built or rekeyed;
    where such lines are all there is, one will do, for the device logs one in five seconds at most (402116, 402117)."""
    return _PACKETS_ASTRAY if tunnel.negotiations or tunnel.ike_sas or tunnel.child_sas else 1


def occasions(found: Sequence[End]) -> tuple[tuple[End, ...], ...]:
    """The lines put together by the end that they tell: a teardown says the same in several lines, the cause of it
    first."""
    groups: list[list[End]] = []
    for end in found:
        if groups and _same_occasion(groups[-1][-1], end):
            groups[-1].append(end)
        else:
            groups.append([end])
    return tuple(tuple(group) for group in groups)


def lines_of(found: Sequence[End]) -> tuple[Event, ...]:
    """The lines of the last end first, for they prove how things are now; within one end in the order of the log."""
    return tuple(end.event for group in reversed(occasions(found)) for end in group)


def _same_occasion(one: End, other: End) -> bool:
    if one.event.at is not None and other.event.at is not None:  # the SAs of a tunnel, and its rekeys, end at once
        return abs((other.event.at - one.event.at).total_seconds()) <= _ONE_END_SECONDS
    if one.negotiation is not None and other.negotiation is not None:
        return one.negotiation is other.negotiation
    near = 0 <= other.event.origin.line - one.event.origin.line <= _ONE_END_LINES
    return one.event.origin.source == other.event.origin.source and near


def came_up(tunnel: Tunnel) -> tuple[Negotiation, ...]:
    """The exchanges that built this tunnel anew: rekeys and further child SAs are none, but for the child SA behind the
    end of a session, of whose first exchange the log shows nothing."""
    built: list[Negotiation] = []
    over = False
    for one in tunnel.negotiations:
        if one.outcome not in ("established", "deleted"):
            continue
        of_child = one.child_only or one.exchange == "quick-mode"
        if not one.rekey and (over or not of_child):
            built.append(one)
        over = one.has(EventKind.DPD_TIMEOUT, EventKind.TORN_DOWN)
    return tuple(built)


@once_per_subject
def _candidates(tunnel: Tunnel) -> Sequence[End]:
    found = [
        End(event, one)
        for one in tunnel.negotiations
        if one.outcome in ("deleted", "established")
        for event in one.all(*ENDS)
    ]
    found += [End(event, None) for event in tunnel.events if event.kind in ENDS]
    return sorted(found, key=lambda end: (end.event.origin.source, end.event.origin.line))
