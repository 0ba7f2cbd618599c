"""The tunnel is closed whenever nobody uses it."""

from dataclasses import replace

from nornir_ikediag.lab.device import Context, Device
from nornir_ikediag.lab.ends._lan_to_lan import bring_up, lan_to_lan
from nornir_ikediag.lab.exchanges import endings, main_mode, quick_mode
from nornir_ikediag.lab.scenario import Occasion, Scenario, Script
from nornir_ikediag.lab.wire import Wire

QUIET_SECONDS = 45.0


def prepare(device: Device, _size: int) -> None:
    """Up and idle; the log knows of the last time that it was closed."""
    context, tunnel = device.here, replace(lan_to_lan(device), idle_timeout="30")
    context.tunnels.append(tunnel)
    Wire(context, tunnel).disconnected("Idle Timeout", ago=4_000, lasted=2_722)
    child = bring_up(context, tunnel, age=1_795)
    child.encaps, child.decaps, child.encaps_rate, child.decaps_rate = 412, 398, 0.0, 0.0


def play(context: Context) -> Script:
    """No traffic, no tunnel; then somebody works for a while."""
    while True:
        yield Occasion(300)
        wire = endings.current(Wire(context, context.tunnels[0]))
        yield from endings.closed(wire, "Idle Timeout", announce="Idle Timeout")
        yield QUIET_SECONDS
        wire = Wire(context, context.tunnels[0])
        yield from main_mode.as_initiator(wire)
        child = quick_mode.new_child(context, wire.tunnel)
        child.encaps, child.decaps, child.encaps_rate, child.decaps_rate = 12, 11, 0.0, 0.0
        yield from quick_mode.as_initiator(wire, child, quick_mode.message_id(wire))


SCENARIO = Scenario(
    title="idle timeout",
    description="vpn-idle-timeout closes the tunnel while one is watching; traffic builds it again later.",
    cause="idle-timeout",
    prepare=prepare,
    play=play,
)
