"""The history that a state machine prints when it ends in error (message 715065).

    IKE MM Initiator FSM error history (struct &0x…)  <state>, <event>:  MM_DONE, EV_ERROR-->MM_WAIT_MSG2, EV_RETRY-->…

Pairs are newest first: the first is always ``…_DONE, EV_ERROR``, the second is the step that failed. The line is long,
so it arrives wrapped, cut, or with a dash of the web in place of ``-->``; blanks inside it mean nothing.
"""

import re
from collections.abc import Sequence

_HEAD = re.compile(
    r"IKE\s+(?P<machine>MM|AM|QM|TM)(?:\s+V6)?(?:\s+(?P<role>Initiator|Responder))?\s+FSM\s+error\s+history"
)
# The same without its head, as people paste it.
_HEADLESS = re.compile(r"\W{0,80}(?:<state>, ?<event>:)?\s*(?P<machine>MM|AM|QM|TM)_DONE, ?EV_ERROR\W")
_WAITS = re.compile(r"(?:MM|AM|QM)_WAIT_MSG(\d)")
_BLANKS = re.compile(r"\s+")
_PAIR = re.compile(r"(?P<state>(?:MM|AM|QM|TM)_\w+),(?P<event>EV_\w+|NullEvent|[A-Za-z]\w+)(?=-|–|—|>|;|$)")


def fsm_error(lines: Sequence[str]) -> dict[str, str] | None:
    """The fields of an FSM-ERROR event from a message and the lines that go on with it; None where it is no history."""
    head = _HEAD.match(" ".join(lines[:3]))
    machine = head or _HEADLESS.match(lines[0])
    if machine is None:
        return None
    text = _BLANKS.sub("", "".join(lines))
    pairs = [f"{pair['state']}, {pair['event']}" for pair in _PAIR.finditer(text)]
    fields = {"machine": machine["machine"], "history": "|".join(pairs)}
    role = head["role"].lower() if head and head["role"] else _role(fields["history"])
    return {**fields, "role": role} if role else fields


def _role(history: str) -> str:
    """Who we are by the message that we wait for: the responder sends those with an even number."""
    waits = _WAITS.search(history)
    if waits is None:
        return ""
    return "responder" if int(waits[1]) % 2 else "initiator"
