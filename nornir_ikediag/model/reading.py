"""What one text yields, before the texts of a device are joined."""

from typing import Any

import msgspec

from nornir_ikediag.model.configuration import Configuration
from nornir_ikediag.model.event import Event
from nornir_ikediag.model.facts import SourceFacts
from nornir_ikediag.model.negotiation import Negotiation
from nornir_ikediag.model.sa import ChildSa, IkeSa
from nornir_ikediag.model.session import VpnSession


class Reading(msgspec.Struct, frozen=True, kw_only=True):
    """What a show command or a configuration yields. ``stem`` names the layout (None: nothing of ours reads it).

    ``device`` holds fields of DeviceFacts by name (``{"role": "standby", "role_origin": …}``); ``configuration`` is as
    partial as the section that was read, and says in its ``complete`` which sections those were.
    """

    facts: SourceFacts
    stem: str | None = None
    ike_sas: tuple[IkeSa, ...] = ()
    child_sas: tuple[ChildSa, ...] = ()
    sessions: tuple[VpnSession, ...] = ()
    configuration: Configuration | None = None
    device: dict[str, Any] = {}
    statistics: dict[str, int] = {}


class Replayed(msgspec.Struct, frozen=True, kw_only=True):
    """What the replay of all logs of a device yields. ``peer_events`` belong to a peer and to no negotiation,
    ``device_events`` to nobody. ``folded`` counts negotiations dropped past the bound, by (peer, outcome)."""

    negotiations: tuple[Negotiation, ...] = ()
    peer_events: dict[str, tuple[Event, ...]] = {}
    device_events: tuple[Event, ...] = ()
    folded: dict[tuple[str, str], int] = {}
