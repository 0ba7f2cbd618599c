"""Command authorization lets this user look at the box and not at its tunnels."""

from nornir_ikediag.lab.device import Device
from nornir_ikediag.lab.ends import peer_silent
from nornir_ikediag.lab.ends._lan_to_lan import again_and_again, lan_to_lan
from nornir_ikediag.lab.scenario import Scenario


def prepare(device: Device, _size: int) -> None:
    """A tunnel that is down, and nothing to find out why."""
    device.refused_commands = ("debug", "show crypto", "show vpn-sessiondb", "show logging", "show running-config")
    device.here.logging_level = None
    device.here.tunnels.append(lan_to_lan(device))


SCENARIO = Scenario(
    title="commands refused",
    description="`Command authorization failed` for debug, show crypto, show logging and show running-config.",
    cause="command-refused",
    prepare=prepare,
    play=again_and_again(peer_silent.attempt),
)
