"""There is no tunnel-group for the peer that calls."""

from dataclasses import replace

from nornir_ikediag.lab.device import Device
from nornir_ikediag.lab.ends._lan_to_lan import again_and_again, configured, lan_to_lan
from nornir_ikediag.lab.exchanges import main_mode
from nornir_ikediag.lab.scenario import Scenario, Script
from nornir_ikediag.lab.tunnel import Tunnel
from nornir_ikediag.lab.wire import Wire


def without_group(device: Device) -> Tunnel:
    """The crypto map names the peer, and nothing else does."""
    return replace(lan_to_lan(device), has_tunnel_group=False)


def attempt(wire: Wire) -> Script:
    """The policies agree; the group lookup after message 3 finds nothing."""
    yield from main_mode.responder_1(wire)
    yield from main_mode.responder_3_without_group(wire)


SCENARIO = Scenario(
    title="no tunnel-group for the peer",
    description="Main mode as responder: after the third message the device looks for a tunnel-group and finds none.",
    cause="tunnel-group-missing",
    prepare=configured(without_group),
    play=again_and_again(attempt),
)
