"""Somebody clears the tunnel on this device; traffic brings it back."""

from nornir_ikediag.lab.device import Context, Device
from nornir_ikediag.lab.ends._lan_to_lan import bring_up, lan_to_lan
from nornir_ikediag.lab.exchanges import endings, main_mode, quick_mode
from nornir_ikediag.lab.scenario import Occasion, Scenario, Script
from nornir_ikediag.lab.wire import Wire


def prepare(device: Device, _size: int) -> None:
    """Up; it was cleared before."""
    context, tunnel = device.here, lan_to_lan(device)
    context.tunnels.append(tunnel)
    Wire(context, tunnel).disconnected("Administrator Reset", ago=905, lasted=40_215)
    bring_up(context, tunnel, age=900)


def play(context: Context) -> Script:
    """`clear crypto ipsec sa peer …`, and the next packet builds the tunnel anew."""
    while True:
        yield Occasion(300)
        wire = endings.current(Wire(context, context.tunnels[0]))
        reason = "Administrator Reset"
        yield from endings.closed(wire, reason, announce=reason)
        yield 3
        wire = Wire(context, context.tunnels[0])
        yield from main_mode.as_initiator(wire)
        child = quick_mode.new_child(context, wire.tunnel)
        yield from quick_mode.as_initiator(wire, child, quick_mode.message_id(wire))
        yield 20


SCENARIO = Scenario(
    title="cleared by an administrator",
    description="The tunnel is up, somebody clears it while one is watching, and three seconds later it is back.",
    cause="deleted-by-administrator",
    prepare=prepare,
    play=play,
)
