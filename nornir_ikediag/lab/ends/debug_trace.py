"""`logging debug-trace` sends debugs to syslog: the session sees nothing."""

from nornir_ikediag.lab.device import Device
from nornir_ikediag.lab.ends import phase1_group_refused
from nornir_ikediag.lab.ends._lan_to_lan import again_and_again, lan_to_lan
from nornir_ikediag.lab.scenario import Scenario


def prepare(device: Device, _size: int) -> None:
    """One tunnel, and a log that takes 711001."""
    device.here.debug_trace = True
    device.here.logging_level = 2
    device.here.tunnels.append(lan_to_lan(device))


SCENARIO = Scenario(
    title="debugs go to syslog",
    description="Phase 1 is refused (group), and `logging debug-trace` takes every debug line away from the session.",
    cause="debug-elsewhere",
    prepare=prepare,
    play=again_and_again(phase1_group_refused.attempt),
)
