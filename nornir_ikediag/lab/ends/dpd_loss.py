"""The peer vanishes without a word, over and over."""

from nornir_ikediag.lab.device import Context, Device
from nornir_ikediag.lab.ends._lan_to_lan import bring_up, keepalives, lan_to_lan
from nornir_ikediag.lab.exchanges import endings, main_mode, quick_mode
from nornir_ikediag.lab.scenario import Occasion, Scenario, Script
from nornir_ikediag.lab.wire import Wire

AWAY_SECONDS = 20.0


def prepare(device: Device, _size: int) -> None:
    """Up now; the log knows of the last time that it was not."""
    context, tunnel = device.here, lan_to_lan(device)
    context.tunnels.append(tunnel)
    wire = Wire(context, tunnel)
    lost = "IKE lost contact with remote peer, deleting connection (keepalive type: DPD)"
    prefix = f"Group = {tunnel.peer}, IP = {tunnel.peer}, "
    context.syslog(713123, 3, prefix + lost, ago=640)
    wire.disconnected("Lost Service", ago=640, lasted=5_310)
    bring_up(context, tunnel, age=600, role="responder")


def play(context: Context) -> Script:
    """Keepalives go unanswered, the tunnel is torn down, and some time later the peer is back."""
    while True:
        wire = endings.current(Wire(context, context.tunnels[0]))
        yield Occasion(90)
        yield from keepalives(wire, 1)
        yield from endings.contact_lost(wire)
        yield AWAY_SECONDS
        wire = Wire(context, context.tunnels[0])
        yield from main_mode.as_responder(wire)
        child = quick_mode.new_child(context, wire.tunnel)
        yield from quick_mode.as_responder(wire, child, quick_mode.message_id(wire))


SCENARIO = Scenario(
    title="dead peer detection",
    description="The tunnel is up until keepalives go unanswered; the peer comes back later and vanishes again.",
    cause="dead-peer-detected",
    prepare=prepare,
    play=play,
)
