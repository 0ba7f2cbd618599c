"""The crypto map is complete and bound to no interface."""

from nornir_ikediag.lab.device import Device
from nornir_ikediag.lab.ends._lan_to_lan import again_and_again, lan_to_lan
from nornir_ikediag.lab.exchanges import main_mode
from nornir_ikediag.lab.scenario import Scenario, Script
from nornir_ikediag.lab.wire import RESEND_SECONDS, RESENDS, Wire


def prepare(device: Device, _size: int) -> None:
    """Everything but `crypto map … interface outside`."""
    device.here.tunnels.append(lan_to_lan(device))
    device.here.map_bound = False


def attempt(wire: Wire) -> Script:
    """Each of the peer's first messages is dropped."""
    for _ in range(RESENDS + 1):
        wire.packet("RECEIVED", main_mode.FIRST)
        wire.tell_ip("No crypto map bound to interface... dropping pkt", 713903, 4)
        yield RESEND_SECONDS


SCENARIO = Scenario(
    title="the crypto map is not applied",
    description="The peer calls, and no crypto map is bound to the interface where it arrives.",
    cause="crypto-map-not-applied",
    prepare=prepare,
    play=again_and_again(attempt),
)
