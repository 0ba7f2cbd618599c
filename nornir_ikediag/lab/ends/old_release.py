"""ASA 8.2: `isakmp` everywhere, and the old look of debug lines."""

from nornir_ikediag.lab.device import Device
from nornir_ikediag.lab.ends import wrong_key_main_mode_responder
from nornir_ikediag.lab.ends._lan_to_lan import again_and_again, lan_to_lan
from nornir_ikediag.lab.scenario import Scenario
from nornir_ikediag.lab.tunnel import Phase1


def prepare(device: Device, _size: int) -> None:
    """A box that is older than IKEv2."""
    device.release, device.model = "8.2(5)59", "ASA5510"
    device.here.tunnels.append(lan_to_lan(device, ike=Phase1(encryption="3des", dh_group="2")))


SCENARIO = Scenario(
    title="release 8.2",
    description="Knows `debug crypto isakmp` and refuses `ikev1`; the pre-shared key is wrong.",
    cause="pre-shared-key-mismatch",
    prepare=prepare,
    play=again_and_again(wrong_key_main_mode_responder.attempt),
)
