"""The standby unit of a failover pair: it shows replicated SAs and takes no part."""

from nornir_ikediag.lab.device import Device
from nornir_ikediag.lab.ends._lan_to_lan import bring_up, lan_to_lan
from nornir_ikediag.lab.scenario import Scenario


def prepare(device: Device, _size: int) -> None:
    """Replicated SAs, and debugs that show nothing."""
    device.role = "standby"
    device.here.silent = True
    device.here.tunnels.append(lan_to_lan(device))
    child = bring_up(device.here, device.here.tunnels[0])
    child.encaps, child.decaps, child.encaps_rate, child.decaps_rate = 0, 0, 0.0, 0.0


SCENARIO = Scenario(
    title="the standby unit",
    description="Secondary unit, Standby Ready: negotiations happen on the other one.",
    cause="not-active-unit",
    prepare=prepare,
)
