"""Which message of its exchange a packet is, and which step of a state machine failed."""

from collections.abc import Sequence

from nornir_ikediag.model.event import Event
from nornir_ikediag.protocol.ikev1_attempt import Attempt
from nornir_ikediag.protocol.ikev1_exchanges import Message


def number_of(options: Sequence[Message], current: Attempt | None, direction: str) -> Message | None:
    """The message of a first exchange that a packet is, given the exchange in progress, if there is one."""
    if current is not None and current.exchange in ("main-mode", "aggressive-mode") and current.step:
        options = [one for one in options if one.exchange == current.exchange] or options
    if len(options) < 2 or options[0].exchange != options[1].exchange:
        return options[0] if options else None
    odd, even = options[0], options[1]  # of main mode: two messages look alike
    if current is None:
        return odd
    if current.role == "unknown":
        return odd if current.step < odd.number else even
    ours = direction != "received"
    message = odd if (current.role == "initiator") == ours else even
    # the second `SA` of the peer to us, the initiator, is a first message of his own
    crossing = message.number == 2 and not ours and current.last_received >= 2
    return odd if crossing else message


def quick_number(attempt: Attempt, direction: str, payloads: frozenset[str]) -> int | None:
    """The number of a quick mode message, or None for what is not one of the three."""
    if "SA" not in payloads:
        return None if payloads & {"NOTIFY", "DELETE", "ATTR"} else 3
    ours = direction != "received"
    if attempt.quick_role is None:
        attempt.quick_role = "initiator" if ours else "responder"
    if attempt.exchange == "quick-mode":
        attempt.role = attempt.quick_role
    return 1 if (attempt.quick_role == "initiator") == ours else 2


def failing_state(event: Event) -> str | None:
    """The state of the pair that failed: the newest in the history but for the `…_DONE, EV_ERROR` that ends it."""
    for pair in event.get("history").split("|"):
        state = pair.partition(",")[0].strip()
        if state and not state.endswith("_DONE"):
            return state
    return None
