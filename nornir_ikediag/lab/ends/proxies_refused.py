"""The protected networks of the two ends do not mirror each other."""

from nornir_ikediag.lab.ends._lan_to_lan import again_and_again, configured
from nornir_ikediag.lab.exchanges import main_mode, quick_mode
from nornir_ikediag.lab.scenario import Scenario, Script
from nornir_ikediag.lab.wire import Wire


def attempt(wire: Wire) -> Script:
    """The peer asks for a /16 where our access list has a /24."""
    yield from main_mode.as_responder(wire)
    mid = quick_mode.message_id(wire)
    local = "10.10.0.0/16"
    quick_mode.responder_1(wire, mid, local=local)
    yield from quick_mode.refused_proxies(wire, mid, wire.tunnel.remote, local)


SCENARIO = Scenario(
    title="phase 2 refused: protected networks",
    description="Quick mode as responder: the peer asks for 10.10.0.0/16, the crypto ACL here protects a /24.",
    cause="proxy-identity-mismatch",
    prepare=configured(),
    play=again_and_again(attempt),
)
