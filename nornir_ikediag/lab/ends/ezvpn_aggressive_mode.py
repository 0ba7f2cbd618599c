"""An Easy VPN client connects: aggressive mode, XAUTH, mode-config, quick mode."""

from nornir_ikediag.lab.device import Context, Device
from nornir_ikediag.lab.ends._lan_to_lan import bring_up
from nornir_ikediag.lab.ends._remote_access import authenticate_group, remote_user, server
from nornir_ikediag.lab.exchanges import endings, quick_mode, transaction
from nornir_ikediag.lab.scenario import Occasion, Scenario, Script
from nornir_ikediag.lab.wire import Wire

STAYS_SECONDS = 300.0


def prepare(device: Device, _size: int) -> None:
    """One user who comes and goes, one who stays, and a LAN-to-LAN tunnel beside them."""
    comes = remote_user(device, 0, "user1", "192.168.99.10")
    stays = remote_user(device, 1, "user2", "192.168.99.11")
    server(device, comes, stays)
    bring_up(device.here, stays, role="responder").behind_nat = True
    bring_up(device.here, device.here.tunnels[-1])


def play(context: Context) -> Script:
    """user1 connects, works, and hangs up."""
    while True:
        yield Occasion(300)
        wire = Wire(context, context.tunnels[0])
        yield from authenticate_group(wire)
        yield from transaction.accepted(wire)
        mid = quick_mode.message_id(wire)
        yield from transaction.address_given(wire)
        quick_mode.responder_1(wire, mid)
        wire.tell("QM IsRekeyed old sa not found by addr")
        wire.tell("Static Crypto Map check, checking map = OUTSIDE_MAP, seq = 100...")
        wire.tell("Static Crypto Map Check by-passed: Crypto map entry incomplete!")
        wire.debug(
            "Selecting only UDP-Encapsulated-Tunnel and  UDP-Encapsulated-Transport modes defined by NAT-Traversal"
        )
        wire.tell("IKE Remote Peer configured for crypto map: DYN_MAP")
        wire.processing("IPSec SA")
        child = quick_mode.new_child(context, wire.tunnel)
        child.behind_nat = True
        yield from quick_mode.responder_2(wire, child, mid)
        yield STAYS_SECONDS
        yield from endings.peer_leaves(wire)


SCENARIO = Scenario(
    title="an Easy VPN client connects",
    description="Aggressive mode as responder, XAUTH, mode-config; transforms refused on the way are no failure.",
    cause=None,
    prepare=prepare,
    play=play,
)
