"""The address pool holds one address, and somebody has it."""

from nornir_ikediag.lab.device import Device
from nornir_ikediag.lab.ends._lan_to_lan import again_and_again, bring_up
from nornir_ikediag.lab.ends._remote_access import authenticate_group, remote_user, server
from nornir_ikediag.lab.exchanges import transaction
from nornir_ikediag.lab.scenario import Scenario, Script
from nornir_ikediag.lab.wire import Wire


def prepare(device: Device, _size: int) -> None:
    """Two users, one address."""
    holder = remote_user(device, 1, "user2", "192.168.99.10")
    server(device, remote_user(device, 0, "user1", "192.168.99.11"), holder)
    device.here.pool = ("VPN-POOL", "192.168.99.10", "192.168.99.10")
    bring_up(device.here, holder, role="responder").behind_nat = True


def attempt(wire: Wire) -> Script:
    """Key and password are right, and there is no address to give."""
    yield from authenticate_group(wire)
    yield from transaction.accepted(wire)
    yield from transaction.no_address_left(wire)


SCENARIO = Scenario(
    title="the address pool is empty",
    description="Aggressive mode and XAUTH are fine; mode-config has no address left to assign.",
    cause="address-pool-exhausted",
    prepare=prepare,
    play=again_and_again(attempt),
)
