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
_BLANKS = re.compile(r"\s+")
_PAIR = re.compile(r"(?P<state>(?:MM|AM|QM|TM)_\w+),(?P<event>EV_\w+|NullEvent|[A-Za-z]\w+)(?=-|–|—|>|;|$)")


def fsm_error(lines: Sequence[str]) -> dict[str, str] | None:
    """The fields of an FSM-ERROR event from a message and the lines that go on with it; None where it is no history."""
    head = _HEAD.match(lines[0])
    if head is None:
        return None
    text = _BLANKS.sub("", "".join(lines))
    pairs = [f"{pair['state']}, {pair['event']}" for pair in _PAIR.finditer(text)]
    fields = {"machine": head["machine"], "history": "|".join(pairs)}
    if head["role"]:
        fields["role"] = head["role"].lower()
    return fields
