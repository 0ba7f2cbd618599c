"""The tunnel is up, we encrypt, and nothing comes back."""

from nornir_ikediag.lab.device import Context, Device
from nornir_ikediag.lab.ends._lan_to_lan import bring_up, keepalives, lan_to_lan
from nornir_ikediag.lab.exchanges.endings import current
from nornir_ikediag.lab.scenario import Scenario, Script
from nornir_ikediag.lab.wire import Wire


def prepare(device: Device, _size: int) -> None:
    """Up for two hours, with one counter at rest."""
    tunnel = lan_to_lan(device)
    device.here.tunnels.append(tunnel)
    bring_up(device.here, tunnel, age=7_200).decaps_rate = 0.0


def play(context: Context) -> Script:
    """The IKE SA is as healthy as can be."""
    while True:
        yield from keepalives(current(Wire(context, context.tunnels[0])), 1)


SCENARIO = Scenario(
    title="one-way traffic",
    description="Both SAs are up and encaps grow, while decaps stay at 0: the return path is broken.",
    cause="no-return-traffic",
    prepare=prepare,
    play=play,
)
