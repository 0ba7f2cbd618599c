"""The dialogues at the beginning of a session: the first prompt, `enable`, `login`.

Every question is answered once. A second try with the same words would only bring an account closer to its lock.
"""

import time
from typing import Final

from nornir_ikediag.device import transcript
from nornir_ikediag.device.connection import AsaConnection
from nornir_ikediag.device.transcript import Prompt
from nornir_ikediag.device.unreachable import Destination
from nornir_ikediag.errors import DeviceUnreachable, LoginFailed

_TAIL: Final = 2048
_POLL_SECONDS: Final = 0.25
_SETTLE_SECONDS: Final = 0.1  # a banner can hold what looks like a prompt; it is followed at once
_KNOCK_SECONDS: Final = 5.0


def await_prompt(connection: AsaConnection, where: Destination, seconds: float) -> None:
    """Wait until something like a prompt is the last word; an empty line may help. Raises DeviceUnreachable."""
    until = time.monotonic() + seconds
    knock = time.monotonic() + _KNOCK_SECONDS
    tail = ""
    while time.monotonic() < until:
        looks_ready = transcript.any_prompt(tail) is not None
        chunk = connection.read_some(_SETTLE_SECONDS if looks_ready else _POLL_SECONDS)
        if looks_ready and not chunk:
            return
        tail = (tail + chunk)[-_TAIL:]
        if not chunk and time.monotonic() > knock:
            connection.write("\n")
            knock = until
    raise DeviceUnreachable(
        where.name,
        f"{where.name} logged us in and showed no prompt within {seconds:.0f} seconds. Try: ssh {where.hostname}.",
    )


def become_privileged(connection: AsaConnection, where: Destination, prompt: Prompt, seconds: float) -> None:
    """`enable` with the enable secret; without one `login`, which may lead to privilege 15. Raises LoginFailed."""
    if where.enable:
        if not _dialogue(connection, "enable", prompt, {"password": where.enable}, seconds):
            raise LoginFailed(
                where.name,
                f"{where.name} refused `enable` for user {where.username}. Check IKEDIAG_ENABLE, or secret in the "
                "inventory.",
            )
        return
    answers = {"username": where.username, "password": where.password or ""}
    if not _dialogue(connection, "login", prompt, answers, seconds):
        raise LoginFailed(
            where.name,
            f"{where.name} gave user {where.username} no privileged mode: no enable secret is known, and `login` was "
            "refused. Set IKEDIAG_ENABLE, or secret in the inventory.",
        )


def _dialogue(connection: AsaConnection, command: str, prompt: Prompt, answers: dict[str, str], seconds: float) -> bool:
    """Whether the command led to a privileged prompt. Each answer is given once; a further question is a refusal."""
    left = dict(answers)
    connection.write(f"{command}\n")
    tail = ""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        tail = (tail + connection.read_some(_POLL_SECONDS))[-_TAIL:]
        asked = transcript.question(tail)
        if asked is not None:
            if asked not in left:
                return False
            connection.write(f"{left.pop(asked)}\n")
            tail = ""
        elif (seen := prompt.at_end_of(tail)) is not None:
            prompt.text = seen
            return prompt.privileged
    return False
