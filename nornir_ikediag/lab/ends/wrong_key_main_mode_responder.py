"""The pre-shared keys differ, and this device is the one that finds out."""

from nornir_ikediag.lab.ends._lan_to_lan import again_and_again, configured
from nornir_ikediag.lab.exchanges import main_mode
from nornir_ikediag.lab.scenario import Scenario, Script
from nornir_ikediag.lab.wire import RESEND_SECONDS, RESENDS, Wire


def attempt(wire: Wire) -> Script:
    """Message 5 decrypts to garbage, every time that the peer sends it."""
    yield from main_mode.responder_1(wire)
    yield from main_mode.responder_3(wire)
    for number in range(RESENDS + 1):
        if number:
            wire.tell("Duplicate Phase 1 packet detected.  Retransmitting last packet.", 713201, 5)
            wire.debug("P1 Retransmit msg dispatched to MM FSM")
            wire.packet("RESENDING", main_mode.KEYS)
        wire.packet("RECEIVED", main_mode.IDENTITY)
        wire.tell("Received encrypted Oakley Main Mode packet with invalid payloads, MessID = 0", 713904, 5)
        wire.debug("sending notify message")
        wire.packet("SENDING", "NOTIFY")
        wire.tell(
            "ERROR, had problems decrypting packet, probably due to mismatched pre-shared key.  Aborting", 713903, 4
        )
        yield RESEND_SECONDS
    main_mode.timed_out(wire, "Responder", "MM_WAIT_MSG5", suspicion=True)


SCENARIO = Scenario(
    title="wrong pre-shared key, seen by the responder",
    description="The peer starts main mode with another key than ours: its fifth message cannot be decrypted.",
    cause="pre-shared-key-mismatch",
    prepare=configured(),
    play=again_and_again(attempt),
)
