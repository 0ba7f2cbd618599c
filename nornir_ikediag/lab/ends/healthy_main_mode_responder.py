"""A LAN-to-LAN tunnel that works; the peer builds it."""

from nornir_ikediag.lab.device import Context, Device
from nornir_ikediag.lab.ends._lan_to_lan import bring_up, keepalives, lan_to_lan
from nornir_ikediag.lab.exchanges import main_mode, quick_mode
from nornir_ikediag.lab.scenario import Occasion, Scenario, Script
from nornir_ikediag.lab.wire import Wire


def prepare(device: Device, _size: int) -> None:
    """One tunnel, up."""
    tunnel = lan_to_lan(device)
    device.here.tunnels.append(tunnel)
    bring_up(device.here, tunnel, role="responder")


def play(context: Context) -> Script:
    """The peer renews both phases before the old SAs end: traffic never stops."""
    while True:
        yield Occasion(600)
        wire = Wire(context, context.tunnels[0])
        yield from main_mode.as_responder(wire, rekey=True)
        yield from quick_mode.as_responder(
            wire, quick_mode.new_child(context, wire.tunnel), quick_mode.message_id(wire)
        )
        yield from keepalives(wire, 3)


SCENARIO = Scenario(
    title="a healthy LAN-to-LAN tunnel, built by the peer",
    description="Main mode and quick mode as responder; the tunnel is up, and is renewed while one is watching.",
    cause=None,
    prepare=prepare,
    play=play,
)
