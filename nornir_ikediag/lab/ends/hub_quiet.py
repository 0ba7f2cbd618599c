"""A hub with many healthy tunnels."""

from nornir_ikediag.lab.device import Context, Device
from nornir_ikediag.lab.ends._lan_to_lan import bring_up, keepalives, lan_to_lan
from nornir_ikediag.lab.exchanges.endings import current
from nornir_ikediag.lab.scenario import Scenario, Script
from nornir_ikediag.lab.wire import Wire


def prepare(device: Device, size: int) -> None:
    """``size`` tunnels, all up."""
    for number in range(size):
        tunnel = lan_to_lan(device, number)
        device.here.tunnels.append(tunnel)
        bring_up(device.here, tunnel, age=600 + number * 37 % 20_000, role="responder")


def play(context: Context) -> Script:
    """Keepalives, one tunnel after the other."""
    while True:
        for tunnel in context.tunnels:
            yield from keepalives(current(Wire(context, tunnel)), 1)


SCENARIO = Scenario(
    title="a quiet hub",
    description="Many LAN-to-LAN tunnels, all up and carrying traffic both ways (`hub-quiet:200` for 200).",
    cause=None,
    prepare=prepare,
    play=play,
    size=40,
)
