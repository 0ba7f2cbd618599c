"""What the whole device says, for causes about the box: its own events and those of all its tunnels."""

from collections.abc import Callable
from typing import NamedTuple

from nornir_ikediag.model.device import Device
from nornir_ikediag.model.event import Event, EventKind


class Said(NamedTuple):
    """Lines that say one thing, in the order of the log, and the peers that they name."""

    events: tuple[Event, ...]
    peers: tuple[str, ...]

    def __bool__(self) -> bool:
        return bool(self.events)


def said(device: Device, says: Callable[[Event], bool]) -> Said:
    """The events that say what the caller looks for, wherever they were attributed to."""
    found: list[Event] = [event for event in device.events if says(event)]
    peers: list[str] = []
    for tunnel in device.tunnels:
        inside = (event for one in tunnel.negotiations for event in one.events)
        mine = [event for event in (*inside, *tunnel.events) if says(event)]
        found.extend(mine)
        if mine and tunnel.peer not in peers:
            peers.append(tunnel.peer)
    found.sort(key=lambda event: (event.origin.source, event.origin.line))
    return Said(tuple(found), tuple(peers))


def of_kinds(*kinds: EventKind) -> Callable[[Event], bool]:
    """Says one of these kinds."""
    return lambda event: event.kind in kinds


def has_log(device: Device) -> bool:
    """Whether any log was read."""
    return any(source.kind in ("debug", "syslog", "mixed") and source.lines for source in device.facts.sources)
