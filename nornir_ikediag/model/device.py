"""A device with its tunnels: the subject of device causes."""

import msgspec

from nornir_ikediag.model.event import Event
from nornir_ikediag.model.facts import DeviceFacts
from nornir_ikediag.model.tunnel import Tunnel


class Device(msgspec.Struct, frozen=True, kw_only=True):
    """The facts, the tunnels, and the events that name no peer."""

    facts: DeviceFacts
    tunnels: tuple[Tunnel, ...] = ()
    events: tuple[Event, ...] = ()
