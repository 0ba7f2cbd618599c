"""The lines about a peer that belong to no negotiation: a pasted fragment, a syslog at a high threshold."""

from collections.abc import Collection, Iterable
from datetime import datetime, timedelta

import msgspec

from nornir_ikediag.model.event import Event, EventKind
from nornir_ikediag.model.negotiation import Negotiation
from nornir_ikediag.model.tunnel import Tunnel

# The end of an attempt, whatever it died of: even alone, and without a name, such a line says that something failed.
ENDS = frozenset(
    {
        EventKind.ALL_VERSIONS_FAILED, EventKind.NEGOTIATION_ABORTED, EventKind.RETRIES_EXHAUSTED,
        EventKind.SESSION_TIMED_OUT,
    }
)  # fmt: skip

_ONE_VERSION_FAILED = "752012"  # the tunnel manager asks the other IKE version next, if the entry has it
_LOOKUP_FAILED = "lookup-failed"

_SAME_BREATH = timedelta(seconds=5)


def gives_up(events: Iterable[Event]) -> bool:
    """Whether these lines end in a failure that no other IKE version is asked to make good."""
    over = False
    for event in sorted(events, key=lambda one: (one.origin.source, one.origin.line)):
        if event.kind in ENDS:
            return True
        if failed_lookup(event) or (event.message or "").startswith(_ONE_VERSION_FAILED):
            over = True
        elif event.kind is EventKind.KEY_ACQUIRE:
            over = False
    return over


def failed_lookup(event: Event) -> bool:
    """Whether this is `Failed to locate an item in the database`: it ends an attempt where nothing comes after it."""
    return event.message == _LOOKUP_FAILED


def loose_attempt(tunnel: Tunnel) -> Negotiation | None:
    """Those lines as one attempt without an id, or None: lines before the last success are no failure any more."""
    standing = tuple(_after_last_success(tunnel, tunnel.events))
    if not standing:
        return None
    first = standing[0]
    version = next((event.ike_version for event in standing if event.ike_version), None) or tunnel.ike_version or 1
    of_child = any(event.get("phase") == "2" for event in standing if event.kind in ENDS)
    repeats = 0 if tunnel.negotiations else sum(event.kind is EventKind.DUPLICATE for event in standing)
    return Negotiation(
        id="", origin=first, ike_version=version, peer=tunnel.peer, tunnel_group=tunnel.tunnel_group,
        username=tunnel.username, outcome="failed", stage="phase2" if of_child else "unknown", started_at=first.at,
        events=standing, peer_repeats=repeats, received=repeats,
    )  # fmt: skip


def _after_last_success(tunnel: Tunnel, events: Iterable[Event]) -> Iterable[Event]:
    successes = [one for one in tunnel.negotiations if one.outcome in ("established", "deleted") and one.events]
    ends = {one.events[-1].origin.source: one.events[-1].origin.line for one in successes}
    return (event for event in events if event.origin.line > ends.get(event.origin.source, 0))


def by_occasion(loose: Negotiation, telling: Collection[EventKind]) -> list[Negotiation]:
    """Those lines attempt by attempt, as far as they show: what gives the same reason (an event of a ``telling`` kind)
    again, and later, is about another one."""
    groups: list[list[Event]] = [[]]
    given: dict[tuple[EventKind, str | None], datetime] = {}
    for event in loose.events:
        what = (event.kind, event.message)
        at = event.at.replace(tzinfo=None) if event.at else None
        if at is not None and event.kind in telling:
            if what in given and abs(at - given[what]) > _SAME_BREATH:
                groups.append([])
                given = {}
            given.setdefault(what, at)
        groups[-1].append(event)
    return [
        msgspec.structs.replace(loose, origin=events[0], started_at=events[0].at, events=tuple(events))
        for events in groups
    ]
