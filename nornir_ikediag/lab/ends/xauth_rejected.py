"""A user enters the wrong password."""

from nornir_ikediag.lab.device import Device
from nornir_ikediag.lab.ends._lan_to_lan import again_and_again
from nornir_ikediag.lab.ends._remote_access import authenticate_group, remote_user, server
from nornir_ikediag.lab.exchanges import transaction
from nornir_ikediag.lab.scenario import Scenario, Script
from nornir_ikediag.lab.wire import Wire


def prepare(device: Device, _size: int) -> None:
    """One user."""
    server(device, remote_user(device, 0, "user1", "192.168.99.10"))


def attempt(wire: Wire) -> Script:
    """The group's key is right, the user's password is not."""
    yield from authenticate_group(wire)
    yield from transaction.rejected(wire)


SCENARIO = Scenario(
    title="XAUTH rejects the user",
    description="Aggressive mode is fine; the user's name and password are not.",
    cause="xauth-rejected",
    prepare=prepare,
    play=again_and_again(attempt),
)
