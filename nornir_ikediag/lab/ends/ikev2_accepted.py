"""A healthy IKEv2 tunnel that the peer builds anew while the old one still carries traffic."""

from nornir_ikediag.lab.device import Context, Device
from nornir_ikediag.lab.ends._lan_to_lan import IKEV2, IKEV2_CHILD, bring_up, lan_to_lan
from nornir_ikediag.lab.exchanges import ikev2, quick_mode
from nornir_ikediag.lab.scenario import Occasion, Scenario, Script


def prepare(device: Device, _size: int) -> None:
    """Up."""
    device.here.tunnels.append(lan_to_lan(device, ike=IKEV2, ipsec=IKEV2_CHILD, version=2))
    bring_up(device.here, device.here.tunnels[0], role="responder")


def play(context: Context) -> Script:
    """The peer authenticates again, make before break (RFC 7296 section 2.8.3)."""
    while True:
        yield Occasion(600)
        wire = ikev2.Wire2(context, context.tunnels[0], "R")
        yield from ikev2.responder_init(wire)
        yield from ikev2.responder_auth(wire, quick_mode.new_child(context, wire.tunnel))
        for message_id in range(3):
            yield from ikev2.keepalive(wire, message_id)


SCENARIO = Scenario(
    title="IKEv2 accepted",
    description="An IKEv2 tunnel that is up; the peer authenticates again while one is watching.",
    cause=None,
    prepare=prepare,
    play=play,
)
