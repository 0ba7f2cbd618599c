"""There is NAT on the way, and something drops UDP 4500."""

from nornir_ikediag.lab.ends._lan_to_lan import again_and_again, configured
from nornir_ikediag.lab.exchanges import main_mode
from nornir_ikediag.lab.scenario import Scenario, Script
from nornir_ikediag.lab.wire import Wire


def attempt(wire: Wire) -> Script:
    """NAT is found, the exchange floats to port 4500, and there it dies."""
    yield from main_mode.initiator_1(wire)
    yield from main_mode.initiator_2(wire)
    yield from main_mode.initiator_4(wire, nat=True)
    yield from wire.resends(main_mode.IDENTITY, "MM_WAIT_MSG6")
    main_mode.timed_out(wire, "Initiator", "MM_WAIT_MSG6")


SCENARIO = Scenario(
    title="UDP 4500 is blocked",
    description="Main mode as initiator behind NAT: four messages on port 500 pass, the fifth, on 4500, is lost.",
    cause="nat-t-port-blocked",
    prepare=configured(),
    play=again_and_again(attempt),
)
