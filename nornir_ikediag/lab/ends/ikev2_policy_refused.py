"""The IKEv2 policies differ in the length of the AES key."""

from nornir_ikediag.lab.device import Context, Device
from nornir_ikediag.lab.ends._lan_to_lan import IKEV2, IKEV2_CHILD, RETRY_SECONDS, lan_to_lan
from nornir_ikediag.lab.exchanges import ikev2
from nornir_ikediag.lab.scenario import Occasion, Scenario, Script


def prepare(device: Device, _size: int) -> None:
    """One tunnel; the log keeps errors only, so that it takes a debug to know which attribute it is."""
    device.here.tunnels.append(lan_to_lan(device, ike=IKEV2, ipsec=IKEV2_CHILD, version=2))
    device.here.logging_level = 3


def play(context: Context) -> Script:
    """The peer offers AES-128, we have AES-256."""
    while True:
        wire = ikev2.Wire2(context, context.tunnels[0], "R")
        yield from ikev2.refused(wire, IKEV2.but(encryption="aes"))
        yield Occasion(RETRY_SECONDS)


SCENARIO = Scenario(
    title="IKEv2 refused",
    description="IKE_SA_INIT as responder: the peer offers AES-CBC-128, this device has AES-CBC-256.",
    cause="ike-policy-encryption-mismatch",
    prepare=prepare,
    play=play,
)
