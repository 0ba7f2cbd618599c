"""The peer answers once and then never again."""

from nornir_ikediag.lab.ends._lan_to_lan import again_and_again, configured
from nornir_ikediag.lab.exchanges import main_mode
from nornir_ikediag.lab.scenario import Scenario, Script
from nornir_ikediag.lab.wire import Wire


def attempt(wire: Wire) -> Script:
    """Message 2 arrives, message 4 never does."""
    yield from main_mode.initiator_1(wire)
    yield from main_mode.initiator_2(wire)
    yield from wire.resends(main_mode.KEYS, "MM_WAIT_MSG4")
    main_mode.timed_out(wire, "Initiator", "MM_WAIT_MSG4")


SCENARIO = Scenario(
    title="the peer stops answering",
    description="Main mode as initiator: the peer accepts our policy and then ignores our keys.",
    cause="peer-stopped-answering",
    prepare=configured(),
    play=again_and_again(attempt),
)
