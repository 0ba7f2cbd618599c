"""The peer vanishes without a word, over and over."""

from nornir_ikediag.lab.device import Context, Device
from nornir_ikediag.lab.ends._lan_to_lan import keepalives, lan_to_lan
from nornir_ikediag.lab.exchanges import endings, main_mode, quick_mode
from nornir_ikediag.lab.scenario import Occasion, Scenario, Script
from nornir_ikediag.lab.wire import Wire

AWAY_SECONDS = 300.0


def prepare(device: Device, _size: int) -> None:
    """Down; the log knows since when and why."""
    context, tunnel = device.here, lan_to_lan(device)
    context.tunnels.append(tunnel)
    wire = Wire(context, tunnel)
    lost = "IKE lost contact with remote peer, deleting connection (keepalive type: DPD)"
    context.syslog(713123, 3, f"Group = {tunnel.peer}, IP = {tunnel.peer}, {lost}", ago=140)
    wire.disconnected("Lost Service", ago=140, lasted=5_310)


def play(context: Context) -> Script:
    """The peer comes back, answers one keepalive, and is gone again."""
    while True:
        yield Occasion(AWAY_SECONDS)
        wire = Wire(context, context.tunnels[0])
        yield from main_mode.as_responder(wire)
        child = quick_mode.new_child(context, wire.tunnel)
        yield from quick_mode.as_responder(wire, child, quick_mode.message_id(wire))
        yield from keepalives(wire, 1)
        yield from endings.contact_lost(wire)


SCENARIO = Scenario(
    title="dead peer detection",
    description="The tunnel went down because keepalives went unanswered; the peer comes back and vanishes again.",
    cause="dead-peer-detected",
    prepare=prepare,
    play=play,
)
