"""What the whole device says, for causes about the box: its own events and those of all its tunnels."""

from collections.abc import Callable
from itertools import chain
from typing import NamedTuple

from nornir_ikediag.causes._once import once_per_subject
from nornir_ikediag.model.device import Device
from nornir_ikediag.model.event import Event, EventKind


class Said(NamedTuple):
    """Lines that say one thing, in the order of the log, and the peers that they name."""

    events: tuple[Event, ...]
    peers: tuple[str, ...]

    def __bool__(self) -> bool:
        return bool(self.events)


def said(device: Device, *kinds: EventKind, meant: Callable[[Event], bool] | None = None) -> Said:
    """The events of these kinds (of which ``meant`` takes its pick), wherever they were attributed to."""
    wanted = _kinds_in(device).intersection(kinds)
    if not wanted:
        return Said((), ())
    found: list[Event] = [event for event in device.events if event.kind in wanted]
    peers: list[str] = []
    for tunnel in device.tunnels:
        mine = [event for one in tunnel.negotiations for event in one.events if event.kind in wanted]
        mine += [event for event in tunnel.events if event.kind in wanted]
        mine = list(filter(meant, mine)) if meant else mine
        found.extend(mine)
        if mine and tunnel.peer not in peers:
            peers.append(tunnel.peer)
    found = list(filter(meant, found)) if meant else found
    once = {(event.origin, event.kind): event for event in found}  # a line of nobody's is the device's and a tunnel's
    told = sorted(once.values(), key=lambda event: (event.origin.source, event.origin.line))
    return Said(tuple(told), tuple(peers))


@once_per_subject
def _kinds_in(device: Device) -> frozenset[EventKind]:
    of_attempts = (one.events for tunnel in device.tunnels for one in tunnel.negotiations)
    of_tunnels = (tunnel.events for tunnel in device.tunnels)
    return frozenset(event.kind for event in chain(device.events, *of_attempts, *of_tunnels))


def has_log(device: Device) -> bool:
    """Whether any log was read."""
    return any(source.kind in ("debug", "syslog", "mixed") and source.lines for source in device.facts.sources)
