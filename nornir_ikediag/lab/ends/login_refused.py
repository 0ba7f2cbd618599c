"""The device refuses the credentials."""

from nornir_ikediag.lab.device import Device
from nornir_ikediag.lab.scenario import Scenario


def prepare(device: Device, _size: int) -> None:
    """Nobody gets in."""
    device.refuses_login = True


SCENARIO = Scenario(
    title="login refused",
    description="Every password is wrong.",
    cause="login-failed",
    prepare=prepare,
)
