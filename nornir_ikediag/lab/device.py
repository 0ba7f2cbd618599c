"""The state of one simulated firewall: a chassis with its sessions, and one or more contexts with their tunnels."""

import random
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Protocol

from nornir_ikediag.lab.clock import Clock
from nornir_ikediag.lab.tunnel import ChildSa, IkeSa, Tunnel

SEVERITIES = ("emergencies", "alerts", "critical", "errors", "warnings", "notifications", "informational", "debugging")
MOST_SSH_SESSIONS = 5


class Listener(Protocol):
    """A session that may have debugging on."""

    @property
    def listening(self) -> dict[tuple[str, str], int]:
        """(context, kind of debug) -> level."""

    def debug_lines(self, text: str) -> None:
        """Write it to the terminal, now."""


@dataclass(kw_only=True)
class Context:
    """A firewall in single mode, or one security context: configuration, SAs, log, debug conditions."""

    name: str
    device: "Device"
    address: str
    gateway: str
    inside: str = "10.10.0.1"
    tunnels: list[Tunnel] = field(default_factory=list)
    ike_sas: list[IkeSa] = field(default_factory=list)
    child_sas: list[ChildSa] = field(default_factory=list)
    log: deque[str] = field(default_factory=lambda: deque(maxlen=2000))
    logging_level: int | None = 4  # of the buffer; None: logging is off
    debug_trace: bool = False
    outliving: dict[str, int] | None = None  # kind -> level, with `logging debug-trace persistent`: not the session's
    conditions: list[str] = field(default_factory=list)
    map_bound: bool = True
    extra_configuration: dict[str, tuple[str, ...]] = field(default_factory=dict)
    outside_up: bool = True
    pool: tuple[str, str, str] = ("VPN-POOL", "192.168.99.10", "192.168.99.200")
    watchers: list[Callable[[], None]] = field(default_factory=list)
    silent: bool = False  # a standby unit or the system space: debugs show nothing

    @property
    def clock(self) -> Clock:
        """The lab's clock."""
        return self.device.clock

    def now(self) -> float:
        """Device seconds since the lab was started."""
        return self.device.clock.elapsed_seconds()

    def say(self, kind: str, peer: str, text: str) -> None:
        """Debug text of one kind (`ikev1`, `ikev2 protocol`, …) about one peer, to whoever asked for it.

        Sessions are independent of each other; a condition is the box's own.
        """
        if self.silent or (self.conditions and peer not in self.conditions):
            return
        listeners = [s for s in self.device.sessions if (self.name, kind) in s.listening]
        if self.debug_trace:
            if listeners:
                self.log.extend(f"{self.syslog_stamp()}: %ASA-7-711001: {line}" for line in text.splitlines())
            return
        for session in listeners:
            session.debug_lines(text)

    def syslog(self, number: int, severity: int, text: str, *, ago: float = 0.0) -> None:
        """A message into the buffer, if logging is on and set to that severity; ``ago`` device seconds old."""
        if self.logging_level is not None and severity <= self.logging_level:
            self.log.append(f"{self.syslog_stamp(ago)}: %ASA-{severity}-{number}: {text}")

    def stamp(self) -> str:
        """The time as a debug line has it: no year."""
        return f"{self.clock.now():%b %d %H:%M:%S}"

    def syslog_stamp(self, ago: float = 0.0) -> str:
        """The time as the buffered log has it."""
        return f"{self.clock.at(self.now() - ago):%b %d %Y %H:%M:%S}"

    def watched(self) -> None:
        """Somebody opened a debug: tell the scripts."""
        for wake in self.watchers:
            wake()

    def drop(self, tunnel: Tunnel) -> None:
        """Both phases of that tunnel go."""
        self.ike_sas = [sa for sa in self.ike_sas if sa.tunnel is not tunnel]
        self.child_sas = [sa for sa in self.child_sas if sa.tunnel is not tunnel]


@dataclass(kw_only=True)
class Device:
    """The chassis. ``release`` as `show version` prints it; ``role`` is '' without failover, else active or standby."""

    hostname: str
    index: int
    clock: Clock
    release: str = "9.12(4)24"
    model: str = "ASA5516"
    role: str = ""
    cpu_percent: int = 12
    uptime_seconds: int = 1_066_980
    modified_by: str | None = "enable_15"
    modified_seconds_ago: int = 432_000
    password: str = ""
    enable: str = ""
    refuses_login: bool = False
    reachable: bool = True
    refused_commands: tuple[str, ...] = ()
    contexts: dict[str, Context] = field(default_factory=dict)
    sessions: list[Listener] = field(default_factory=list)
    commands: list[str] = field(default_factory=list)
    configuration_entered: bool = False
    dice: random.Random = field(default_factory=random.Random)

    def __post_init__(self) -> None:
        self.dice = random.Random(f"{self.hostname}/{self.index}")  # noqa: S311  # a stable fleet, no secret
        self.contexts[""] = self.context("")

    def context(self, name: str) -> Context:
        """A new context with addresses of its own (RFC 5737)."""
        number = self.index % 120 * 2 + 1 + len(self.contexts) % 2
        return Context(name=name, device=self, address=f"192.0.2.{number}", gateway="192.0.2.254")

    @property
    def here(self) -> Context:
        """The only context of a device in single mode, else the first of a customer."""
        return next(c for name, c in self.contexts.items() if name not in {"system", "admin"})

    @property
    def version(self) -> tuple[int, int]:
        """(major, minor)."""
        major, _, rest = self.release.partition(".")
        return int(major), int(rest.split("(")[0])

    @property
    def speaks_ikev2(self) -> bool:
        """8.4 brought IKEv2, and with it the `ikev1` spelling and the debug prefix without a colon."""
        return self.version >= (8, 4)

    def peer_address(self, number: int = 0) -> str:
        """The address of this device's peer of that number (RFC 5737, and RFC 2544 for large hubs)."""
        if number == 0:
            return f"198.51.100.{self.index % 250 + 1}"
        if number < 251:
            return f"203.0.113.{number}"
        return f"198.18.{number // 250 % 256}.{number % 250 + 1}"

    def number(self, bits: int = 32) -> int:
        """A random number, never zero: SPIs, cookies, message ids."""
        return self.dice.getrandbits(bits) | 1 << (bits - 3)
