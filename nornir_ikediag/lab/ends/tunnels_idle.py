"""Tunnels that are up and carry nothing."""

from nornir_ikediag.lab.device import Device
from nornir_ikediag.lab.ends._lan_to_lan import bring_up, lan_to_lan
from nornir_ikediag.lab.scenario import Scenario


def prepare(device: Device, size: int) -> None:
    """``size`` tunnels whose counters stand still, both ways."""
    for number in range(size):
        tunnel = lan_to_lan(device, number)
        device.here.tunnels.append(tunnel)
        child = bring_up(device.here, tunnel)
        child.encaps, child.decaps, child.encaps_rate, child.decaps_rate = 310, 295, 0.0, 0.0


SCENARIO = Scenario(
    title="idle tunnels",
    description="Both SAs are up and nobody sends anything: nothing is wrong.",
    cause=None,
    prepare=prepare,
    size=3,
)
