"""The pre-shared keys differ, and this device started: it only hears that the peer could not read it."""

from nornir_ikediag.lab.ends._lan_to_lan import again_and_again, configured
from nornir_ikediag.lab.exchanges import main_mode
from nornir_ikediag.lab.scenario import Scenario, Script
from nornir_ikediag.lab.wire import RESEND_SECONDS, RESENDS, Wire


def attempt(wire: Wire) -> Script:
    """Every message 5 is answered with a clear-text PAYLOAD_MALFORMED."""
    yield from main_mode.initiator_1(wire)
    yield from main_mode.initiator_2(wire)
    yield from main_mode.initiator_4(wire)
    for number in range(RESENDS + 1):
        if number:
            wire.debug("P1 Retransmit msg dispatched to MM FSM")
            wire.packet("RESENDING", main_mode.IDENTITY)
            yield main_mode.ROUND_TRIP_SECONDS
        wire.packet("RECEIVED", "NOTIFY")
        wire.tell("Received an un-encrypted PAYLOAD_MALFORMED notify message, dropping", 713904, 5)
        wire.tell("Information Exchange processing failed", 713903, 4)
        yield RESEND_SECONDS
    main_mode.timed_out(wire, "Initiator", "MM_WAIT_MSG6", suspicion=True)


SCENARIO = Scenario(
    title="wrong pre-shared key, seen by the initiator",
    description="Main mode as initiator: the peer cannot decrypt our fifth message and says so without encryption.",
    cause="pre-shared-key-mismatch",
    prepare=configured(),
    play=again_and_again(attempt),
)
