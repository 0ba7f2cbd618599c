"""A route-based tunnel (VTI) whose peer never answers, and of which no log says anything."""

from dataclasses import replace

from nornir_ikediag.lab.device import Context, Device
from nornir_ikediag.lab.ends._lan_to_lan import lan_to_lan
from nornir_ikediag.lab.ends.peer_silent import attempt
from nornir_ikediag.lab.scenario import Occasion, Scenario, Script
from nornir_ikediag.lab.wire import Wire

RETRY_SECONDS = 120.0


def prepare(device: Device, _size: int) -> None:
    """No crypto map: who the peer is stands under `interface Tunnel1` alone."""
    tunnel = lan_to_lan(device)
    device.here.tunnels.append(replace(tunnel, interface=1, map_name="__vti-crypto-map-Tunnel1-0-1", sequence=65280))
    device.here.logging_level = None


def play(context: Context) -> Script:
    """Now and then an attempt: a VTI needs no traffic for it."""
    while True:
        yield Occasion(RETRY_SECONDS)
        yield from attempt(Wire(context, context.tunnels[0]))


SCENARIO = Scenario(
    title="a VTI is down",
    description="A tunnel interface is configured and has no SA; its peer never answers, and logging is off.",
    cause="peer-no-reply",
    prepare=prepare,
    play=play,
)
