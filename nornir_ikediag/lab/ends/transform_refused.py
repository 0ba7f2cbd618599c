"""The transform sets of the two ends have nothing in common."""

from nornir_ikediag.lab.ends._lan_to_lan import again_and_again, configured
from nornir_ikediag.lab.exchanges import main_mode, quick_mode
from nornir_ikediag.lab.scenario import Scenario, Script
from nornir_ikediag.lab.wire import Wire


def attempt(wire: Wire) -> Script:
    """Phase 1 comes up; in phase 2 the peer offers 3DES and we have AES."""
    yield from main_mode.as_responder(wire)
    mid = quick_mode.message_id(wire)
    quick_mode.responder_1(wire, mid)
    quick_mode.map_found(wire)
    yield from quick_mode.refused_transform(
        wire, mid, "Mismatched transform IDs for protocol ESP:  Rcv'd: 3DES  Cfg'd: AES-CBC"
    )


SCENARIO = Scenario(
    title="phase 2 refused: transform set",
    description="Quick mode as responder: the crypto map entry fits, its transform set does not.",
    cause="ipsec-transform-mismatch",
    prepare=configured(),
    play=again_and_again(attempt),
)
