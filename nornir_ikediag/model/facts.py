"""One firewall at one time: what it is and what it is configured to do. All except its tunnels."""

from datetime import datetime
from typing import Literal

import msgspec

from nornir_ikediag.model.configuration import Configuration
from nornir_ikediag.model.evidence import Evidence

DeviceStatus = Literal["read", "partial", "unreachable", "login-failed"]
DeviceRole = Literal["active", "standby", "standalone", "control", "data", "unknown"]
SourceKind = Literal["show", "configuration", "debug", "syslog", "client-log", "mixed", "unknown"]


class SourceFacts(msgspec.Struct, frozen=True, kw_only=True):
    """What became of one text. ``lines`` are non-blank lines, ``unread`` those that nothing of ours read, ``quoted``
    the first of them. ``complete`` False: cut, or an error message instead of output; ``problem`` says which."""

    name: str
    kind: SourceKind
    lines: int
    unread: int = 0
    complete: bool = True
    command: str | None = None
    problem: str | None = None
    refused: bool = False  # the device refused the command: `% Invalid input`, `Command authorization failed`
    quoted: tuple[Evidence, ...] = ()
    objection: Evidence | None = None  # the device's own words where it printed an error message instead of output
    last_line: Evidence | None = None  # of show output: what proves that something is not in it, or where it stopped


class WindowFacts(msgspec.Struct, frozen=True, kw_only=True):
    """What was done in a debug window. ``closed_by``: concluded, time, size, rate, stopped, error, refused.

    ``refusal`` is the sentence that says why no window was opened. ``proved_off`` None: nothing was switched on.
    """

    opened_at: datetime | None = None
    closed_at: datetime | None = None
    closed_by: str | None = None
    commands: tuple[str, ...] = ()
    lines: int = 0
    proved_off: bool | None = None
    truncated: bool = False
    refusal: str | None = None
    left_to_type: tuple[str, ...] = ()


class InterfaceFacts(msgspec.Struct, frozen=True, kw_only=True):
    """An interface's state as `show interface` prints it."""

    name: str
    line_up: bool | None
    protocol_up: bool | None
    origin: Evidence
    nameif: str | None = None  # the name that the configuration uses (`outside`), where the command prints it
    address: str | None = None


class RouteFacts(msgspec.Struct, frozen=True, kw_only=True):
    """The answer to `show route <peer>`: the interface that leads to the peer; None where there is no route."""

    destination: str
    interface: str | None
    origin: Evidence


class DeviceFacts(msgspec.Struct, frozen=True, kw_only=True):
    """All that is known of a device except its tunnels. Unknown is None, never a guess."""

    name: str
    host: str | None = None
    status: DeviceStatus = "read"
    problem: str | None = None  # the sentence of the error that kept us out
    problem_cause: str | None = None  # its finding id: device-unreachable, login-failed, command-refused, …
    role: DeviceRole = "unknown"
    role_origin: Evidence | None = None
    software: str | None = None
    hardware: str | None = None
    context: str | None = None
    uptime_seconds: int | None = None
    configuration_changed: str | None = None  # as printed by `show version`
    configuration_changed_origin: Evidence | None = None
    last_failover: str | None = None
    collected_at: datetime | None = None
    clock_year_assumed: int | None = None
    clock_offset_seconds: int | None = None
    cpu_one_minute_percent: int | None = None
    debug_on: tuple[Evidence, ...] | None = None  # lines of `show debug` that name a crypto debug; None: not read
    debug_conditions: tuple[Evidence, ...] | None = None
    debug_to_syslog: Evidence | None = None
    configuration: Configuration | None = None
    interfaces: tuple[InterfaceFacts, ...] = ()
    routes: tuple[RouteFacts, ...] = ()
    sources: tuple[SourceFacts, ...] = ()
    windows: tuple[WindowFacts, ...] = ()
    statistics: dict[str, int] = {}  # 'ikev1: Initiator Fails' → n
    privilege_level: int | None = None
    device_time: datetime | None = None  # the answer to `show clock`, in the device's own time zone, which is not kept
    ssh_sessions: tuple[Evidence, ...] | None = None  # lines of `show ssh sessions`; None: not read
    knows: frozenset[str] = frozenset()  # stems of the layouts that were read to their end: 'crypto_ipsec_sa', …
