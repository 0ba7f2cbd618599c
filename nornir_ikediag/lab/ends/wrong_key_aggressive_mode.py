"""The client has the wrong group password."""

from nornir_ikediag.lab.device import Device
from nornir_ikediag.lab.ends._lan_to_lan import again_and_again
from nornir_ikediag.lab.ends._remote_access import remote_user, server
from nornir_ikediag.lab.exchanges import aggressive_mode
from nornir_ikediag.lab.scenario import Scenario, Script
from nornir_ikediag.lab.wire import RESEND_SECONDS, Wire


def prepare(device: Device, _size: int) -> None:
    """One user."""
    server(device, remote_user(device, 0, "user1", "192.168.99.10"))


def attempt(wire: Wire) -> Script:
    """The client cannot verify our hash, says so in clear text, and goes away."""
    yield from aggressive_mode.message_1(wire)
    wire.packet("RECEIVED", "NOTIFY*2")
    wire.tell("Received an un-encrypted INVALID_HASH_INFO notify message, dropping", 713904, 5)
    wire.tell("Received an un-encrypted AUTHENTICATION_FAILED notify message, dropping", 713904, 5)
    wire.tell("Information Exchange processing failed", 713903, 4)
    yield from wire.resends(aggressive_mode.SECOND, "AM_WAIT_MSG3")
    yield RESEND_SECONDS
    aggressive_mode.timed_out(wire)


SCENARIO = Scenario(
    title="wrong group password in aggressive mode",
    description="Aggressive mode as responder: the client's key differs, and our second message does not verify there.",
    cause="pre-shared-key-mismatch",
    prepare=prepare,
    play=again_and_again(attempt),
)
