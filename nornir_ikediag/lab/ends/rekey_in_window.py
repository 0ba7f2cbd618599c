"""A healthy tunnel whose IPsec SAs are renewed while one is watching, with PFS."""

from nornir_ikediag.lab.device import Context, Device
from nornir_ikediag.lab.ends._lan_to_lan import bring_up, keepalives, lan_to_lan
from nornir_ikediag.lab.exchanges import quick_mode
from nornir_ikediag.lab.exchanges.endings import current
from nornir_ikediag.lab.scenario import Occasion, Scenario, Script
from nornir_ikediag.lab.tunnel import Phase2
from nornir_ikediag.lab.wire import Wire


def prepare(device: Device, _size: int) -> None:
    """Up, with IPsec SAs near their end."""
    tunnel = lan_to_lan(device, ipsec=Phase2(pfs_group="5", lifetime_seconds=3600))
    device.here.tunnels.append(tunnel)
    bring_up(device.here, tunnel, age=3_400)


def play(context: Context) -> Script:
    """Quick mode alone, on the IKE SA that is there: once from here, once from the peer."""
    while True:
        yield Occasion(600)
        wire = current(Wire(context, context.tunnels[0]))
        child = quick_mode.new_child(context, wire.tunnel)
        yield from quick_mode.as_initiator(wire, child, quick_mode.message_id(wire), rekey=True)
        yield from keepalives(wire, 1)
        child = quick_mode.new_child(context, wire.tunnel)
        yield from quick_mode.as_responder(wire, child, quick_mode.message_id(wire))
        yield from keepalives(wire, 1)


SCENARIO = Scenario(
    title="a rekey during the window",
    description="A healthy tunnel: quick mode renews its IPsec SAs while one is watching.",
    cause=None,
    prepare=prepare,
    play=play,
)
