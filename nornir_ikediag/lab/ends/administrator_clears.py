"""Somebody clears the tunnel on this device, again and again."""

from nornir_ikediag.lab.device import Context, Device
from nornir_ikediag.lab.ends._lan_to_lan import lan_to_lan
from nornir_ikediag.lab.exchanges import endings, main_mode, quick_mode
from nornir_ikediag.lab.scenario import Occasion, Scenario, Script
from nornir_ikediag.lab.wire import Wire


def prepare(device: Device, _size: int) -> None:
    """Down; the log knows why."""
    context, tunnel = device.here, lan_to_lan(device)
    context.tunnels.append(tunnel)
    Wire(context, tunnel).disconnected("Administrator Reset", ago=95, lasted=40_215)


def play(context: Context) -> Script:
    """The next packet builds the tunnel anew; then somebody types `clear crypto ipsec sa peer …` once more."""
    while True:
        yield Occasion(300)
        wire = Wire(context, context.tunnels[0])
        yield from main_mode.as_initiator(wire)
        child = quick_mode.new_child(context, wire.tunnel)
        yield from quick_mode.as_initiator(wire, child, quick_mode.message_id(wire))
        yield 20
        yield from endings.closed(wire, "Administrator Reset", announce="Administrator Reset")


SCENARIO = Scenario(
    title="cleared by an administrator",
    description="Somebody cleared the tunnel; traffic builds it while one is watching, and it is cleared again.",
    cause="deleted-by-administrator",
    prepare=prepare,
    play=play,
)
