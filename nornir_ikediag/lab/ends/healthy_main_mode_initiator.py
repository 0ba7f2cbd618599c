"""A LAN-to-LAN tunnel that works; this device builds it."""

from nornir_ikediag.lab.device import Context, Device
from nornir_ikediag.lab.ends._lan_to_lan import bring_up, keepalives, lan_to_lan
from nornir_ikediag.lab.exchanges import main_mode, quick_mode
from nornir_ikediag.lab.scenario import Occasion, Scenario, Script
from nornir_ikediag.lab.wire import Wire


def prepare(device: Device, _size: int) -> None:
    """One tunnel, up."""
    tunnel = lan_to_lan(device)
    device.here.tunnels.append(tunnel)
    bring_up(device.here, tunnel, role="initiator")


def play(context: Context) -> Script:
    """Both phases are renewed with the old SAs still in place: traffic never stops."""
    while True:
        yield Occasion(600)
        wire = Wire(context, context.tunnels[0])
        yield from main_mode.as_initiator(wire, rekey=True)
        child = quick_mode.new_child(context, wire.tunnel)
        yield from quick_mode.as_initiator(wire, child, quick_mode.message_id(wire), rekey=True)
        yield from keepalives(wire, 3)


SCENARIO = Scenario(
    title="a healthy LAN-to-LAN tunnel, built by this device",
    description="Main mode and quick mode as initiator; the tunnel is up, and renews itself while one is watching.",
    cause=None,
    prepare=prepare,
    play=play,
)
