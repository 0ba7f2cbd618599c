"""The IKE policies differ in the encryption algorithm, and in nothing else."""

from nornir_ikediag.lab.ends._lan_to_lan import again_and_again, configured, refuse_policy
from nornir_ikediag.lab.scenario import Scenario, Script
from nornir_ikediag.lab.wire import Wire


def attempt(wire: Wire) -> Script:
    """The peer offers 3DES, we have AES."""
    yield from refuse_policy(wire, "Encryption Alg", "3DES-CBC", "AES-CBC")


SCENARIO = Scenario(
    title="phase 1 refused: encryption",
    description="The peer offers the same policy with 3DES; this device has AES-256.",
    cause="ike-policy-encryption-mismatch",
    prepare=configured(),
    play=again_and_again(attempt),
)
