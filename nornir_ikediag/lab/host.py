"""A simulated firewall as those see it who log in to it, or test with it."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from nornir_ikediag.lab.device import Device
from nornir_ikediag.lab.scenario import Scenario


@dataclass(frozen=True, kw_only=True)
class LabHost:
    """How to reach one simulated firewall, and what it has been told so far.

    ``peer`` is the one that the scenario is about; ``context`` is where its tunnel is, '' in single mode.
    """

    name: str
    hostname: str
    port: int
    username: str
    password: str
    enable: str
    scenario: Scenario
    peer: str | None
    context: str
    device: Device = field(repr=False)

    @property
    def commands(self) -> Sequence[str]:
        """Every command line that the host received, in order, over all sessions. Passwords are not among them."""
        return tuple(self.device.commands)

    @property
    def configuration_entered(self) -> bool:
        """Whether anybody ever entered configuration mode."""
        return self.device.configuration_entered

    @property
    def sessions(self) -> int:
        """How many SSH sessions are open."""
        return len(self.device.sessions)

    @property
    def debugs(self) -> dict[str, int]:
        """The debugs that any session has on, by kind."""
        return {kind: level for s in list(self.device.sessions) for (_, kind), level in s.listening.items()}

    @property
    def conditions(self) -> Sequence[str]:
        """The peers of `debug crypto condition`, in all contexts."""
        return tuple(peer for context in self.device.contexts.values() for peer in context.conditions)
