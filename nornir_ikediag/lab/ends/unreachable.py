"""Nothing listens on the SSH port."""

from nornir_ikediag.lab.device import Device
from nornir_ikediag.lab.scenario import Scenario


def prepare(device: Device, _size: int) -> None:
    """A port that refuses connections."""
    device.reachable = False


SCENARIO = Scenario(
    title="unreachable",
    description="The SSH port refuses connections.",
    cause="device-unreachable",
    prepare=prepare,
)
