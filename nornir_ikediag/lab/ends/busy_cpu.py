"""A box that is too busy for a debug."""

from nornir_ikediag.lab.device import Device
from nornir_ikediag.lab.ends import peer_silent
from nornir_ikediag.lab.ends._lan_to_lan import again_and_again, lan_to_lan
from nornir_ikediag.lab.scenario import Scenario


def prepare(device: Device, _size: int) -> None:
    """90 % for minutes."""
    device.cpu_percent = 92
    device.here.tunnels.append(lan_to_lan(device))


SCENARIO = Scenario(
    title="a busy CPU",
    description="CPU above 90 %: the peer is silent, and a debug window would not be safe.",
    cause="peer-no-reply",
    prepare=prepare,
    play=again_and_again(peer_silent.attempt),
)
