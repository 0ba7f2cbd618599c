"""The interface that the crypto map is bound to is down, and with it the route to the peer."""

from nornir_ikediag.lab.device import Device
from nornir_ikediag.lab.ends._lan_to_lan import lan_to_lan
from nornir_ikediag.lab.scenario import Scenario


def prepare(device: Device, _size: int) -> None:
    """No link outside, no default route, no tunnel."""
    device.here.outside_up = False
    device.here.tunnels.append(lan_to_lan(device))


SCENARIO = Scenario(
    title="the uplink is down",
    description="The outside interface has no link, and there is no route to the peer.",
    cause="uplink-down",
    prepare=prepare,
)
