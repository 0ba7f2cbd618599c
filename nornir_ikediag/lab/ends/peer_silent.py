"""The peer never answers the first message."""

from nornir_ikediag.lab.ends._lan_to_lan import again_and_again, configured
from nornir_ikediag.lab.exchanges import main_mode
from nornir_ikediag.lab.scenario import Scenario, Script
from nornir_ikediag.lab.wire import Wire


def attempt(wire: Wire) -> Script:
    """Four times message 1, and silence."""
    yield from main_mode.initiator_1(wire)
    yield from wire.resends(main_mode.FIRST, "MM_WAIT_MSG2")
    waiting, sent = "MM_WAIT_MSG2", "MM_SND_MSG1"
    retried = (main_mode.DONE, f"{waiting}, EV_RETRY", f"{waiting}, EV_TIMEOUT", f"{waiting}, NullEvent")
    sending = (f"{sent}, EV_SND_MSG", f"{sent}, EV_START_TMR", f"{sent}, EV_RESEND_MSG", f"{waiting}, EV_RETRY")
    wire.history("MM Initiator", (*retried, *sending))
    wire.terminate()


SCENARIO = Scenario(
    title="the peer is silent",
    description="Main mode as initiator: message 1 goes out four times, and nothing ever comes back.",
    cause="peer-no-reply",
    prepare=configured(),
    play=again_and_again(attempt),
)
