"""The IKE policies differ in the Diffie-Hellman group, and in nothing else."""

from nornir_ikediag.lab.ends._lan_to_lan import again_and_again, configured, refuse_policy
from nornir_ikediag.lab.scenario import Scenario, Script
from nornir_ikediag.lab.wire import Wire


def attempt(wire: Wire) -> Script:
    """The peer offers group 2, we have group 5."""
    ours = wire.tunnel.ike.dh_group
    yield from refuse_policy(wire, "Group Description", "Group 2", f"Group {ours}")


SCENARIO = Scenario(
    title="phase 1 refused: Diffie-Hellman group",
    description="The peer offers the same policy with group 2; this device has group 5.",
    cause="ike-policy-dh-group-mismatch",
    prepare=configured(),
    play=again_and_again(attempt),
)
