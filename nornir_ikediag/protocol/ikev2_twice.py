"""One negotiation told by two logs of a device, its debug and its syslog, given together.

The replay meets them one after the other and makes two attempts. The debug tells more, so that its attempt stays; it
takes from the other what it lacks: times, names, child SAs, and reasons of another kind. Only attempts from different
texts are joined, with the same peer and the same end; by their times where both have them, else only where each text
tells of as many attempts with that peer, which then pair in order.
"""

from collections import defaultdict
from collections.abc import Sequence
from datetime import timedelta

from nornir_ikediag.model.negotiation import UNKNOWN_PEER
from nornir_ikediag.protocol.ikev2_attempt import Attempt
from nornir_ikediag.protocol.ikev2_exchanges import FAILURES

_SAME_MOMENT = timedelta(seconds=5)
_FILLED = ("started_at", "ended_at", "local", "tunnel_group", "username", "user_or_group", "assigned_address")


def told_once(attempts: Sequence[Attempt]) -> list[Attempt]:
    """The attempts without those that another text tells in more detail."""
    by_peer: dict[str | None, list[Attempt]] = defaultdict(list)
    for attempt in attempts:
        if attempt.peer not in (None, UNKNOWN_PEER) and not attempt.child_only:
            by_peer[attempt.peer].append(attempt)
    gone: set[int] = set()
    for same_peer in by_peer.values():
        debugged = [one for one in same_peer if one.shows_packets]
        logged = [one for one in same_peer if not one.shows_packets]
        if debugged and logged:
            gone.update(_joined(debugged, logged))
    return [attempt for attempt in attempts if id(attempt) not in gone]


def _joined(debugged: list[Attempt], logged: list[Attempt]) -> set[int]:
    """Join what is told twice; the ids of those that are not needed any more."""
    if all(one.started_at for one in (*debugged, *logged)):
        free = list(debugged)
        pairs = []
        for one in logged:
            other = next((other for other in free if _is_same(other, one) and _at_once(other, one)), None)
            if other is not None:
                free.remove(other)
                pairs.append((other, one))
    else:
        pairs = list(zip(debugged, logged, strict=False))
        if len(debugged) != len(logged) or not all(_is_same(one, other) for one, other in pairs):
            return set()
    for one, other in pairs:
        _fill(one, other)
    return {id(other) for _, other in pairs}


def _is_same(one: Attempt, other: Attempt) -> bool:
    roles = {one.role, other.role} - {"unknown"}
    outcomes = {one.outcome, other.outcome} - {"incomplete"}
    return one.origin.origin.source != other.origin.origin.source and len(roles) < 2 and len(outcomes) < 2


def _at_once(one: Attempt, other: Attempt) -> bool:
    begins, ends = one.started_at, one.ended_at or one.started_at
    at = other.started_at
    if begins is None or ends is None or at is None or (begins.tzinfo is None) != (at.tzinfo is None):
        return False
    return begins - _SAME_MOMENT <= at <= ends + _SAME_MOMENT


def _fill(one: Attempt, other: Attempt) -> None:
    for name in _FILLED:
        setattr(one, name, getattr(one, name) or getattr(other, name))
    one.child_sas = one.child_sas or other.child_sas
    kinds = {event.kind for event in one.events}
    for event in other.events:
        if event.kind in FAILURES and event.kind not in kinds:
            one.add(event)
