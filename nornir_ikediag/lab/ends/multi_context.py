"""A box in multiple-context mode: the tunnel that fails is in a customer's context."""

from nornir_ikediag.lab.device import Device
from nornir_ikediag.lab.ends import wrong_key_main_mode_responder
from nornir_ikediag.lab.ends._lan_to_lan import again_and_again, lan_to_lan
from nornir_ikediag.lab.scenario import Scenario

CUSTOMER = "customer-a"


def prepare(device: Device, _size: int) -> None:
    """`admin`, where SSH ends, `customer-a`, where the tunnel is, and the system space without any crypto."""
    device.contexts.clear()
    for name in ("admin", CUSTOMER, "system"):
        device.contexts[name] = device.context(name)
    device.contexts["system"].silent = True
    device.contexts[CUSTOMER].tunnels.append(lan_to_lan(device))


SCENARIO = Scenario(
    title="multiple contexts",
    description="SSH lands in the context `admin`; the tunnel (wrong pre-shared key) is in `customer-a`.",
    cause="pre-shared-key-mismatch",
    prepare=prepare,
    play=again_and_again(wrong_key_main_mode_responder.attempt),
)
