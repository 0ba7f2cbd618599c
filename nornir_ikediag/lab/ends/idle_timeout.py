"""The tunnel is closed whenever nobody uses it."""

from dataclasses import replace

from nornir_ikediag.lab.device import Context, Device
from nornir_ikediag.lab.ends._lan_to_lan import lan_to_lan
from nornir_ikediag.lab.exchanges import endings, main_mode, quick_mode
from nornir_ikediag.lab.scenario import Occasion, Scenario, Script
from nornir_ikediag.lab.wire import Wire

WORKING_SECONDS = 20.0


def prepare(device: Device, _size: int) -> None:
    """Down; the log knows why."""
    context, tunnel = device.here, replace(lan_to_lan(device), idle_timeout="30")
    context.tunnels.append(tunnel)
    Wire(context, tunnel).disconnected("Idle Timeout", ago=340, lasted=2_722)


def play(context: Context) -> Script:
    """Somebody works for a while, and when he is done the tunnel goes."""
    while True:
        yield Occasion(600)
        wire = Wire(context, context.tunnels[0])
        yield from main_mode.as_initiator(wire)
        child = quick_mode.new_child(context, wire.tunnel)
        yield from quick_mode.as_initiator(wire, child, quick_mode.message_id(wire))
        yield WORKING_SECONDS
        yield from endings.closed(wire, "Idle Timeout", announce="Idle Timeout")


SCENARIO = Scenario(
    title="idle timeout",
    description="Nobody used the tunnel, and it went; traffic builds it while one is watching, and it goes again.",
    cause="idle-timeout",
    prepare=prepare,
    play=play,
)
