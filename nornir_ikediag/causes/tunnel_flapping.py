"""The tunnel comes and goes more often than its lifetimes explain.

What you see
The same peer completes phase 1 three times and more within an hour or two, with an end between each.

What it means
Something ends the tunnel again and again and something brings it back: keepalives lost on a bad path, a rekey that
always fails, two ends with different idle times, a monitoring system that resets it.

How to be sure
The reason of each end in the log (113019, 713050, 713259, 750007), and whether the intervals are even (a timer) or
not (a path).

How to fix it
Follow the reason of the ends. Even intervals: compare timers and lifetimes of both ends.

References
- Cisco document 81824, lifetimes, keepalives, idle and session timeout
- asa-syslog: 113019, 713119
"""

from datetime import timedelta
from itertools import pairwise

from nornir_ikediag.causes import _steps
from nornir_ikediag.causes._attempts import nothing
from nornir_ikediag.causes._life import came_up, ends
from nornir_ikediag.causes._wording import few
from nornir_ikediag.model.event import EventKind
from nornir_ikediag.model.negotiation import Negotiation
from nornir_ikediag.model.tunnel import Tunnel
from nornir_ikediag.model.verdict import Cause, Found, Verdict

CAUSE = Cause(
    title="The tunnel comes and goes",
    family="lifecycle",
    severity="error",
    needs=("log",),
    explains=("tunnel-down", "tunnel-negotiating", "undetermined"),
)

_OFTEN = 3
# The shortest lifetime that anybody sets for phase 1 is an hour; a tunnel that is built anew sooner did not expire.
_SHORT = timedelta(hours=1)


def match(tunnel: Tunnel) -> Verdict:
    """At least three new beginnings, each sooner than a lifetime after the one before. A remote user who comes and goes
    is none, nor is a tunnel that its idle time closes and traffic opens."""
    if tunnel.kind == "remote-access" or ends(tunnel, EventKind.IDLE_TIMEOUT, reason="idle"):
        return nothing(tunnel)
    beginnings = came_up(tunnel)
    short = [pair for pair in pairwise(beginnings) if _is_short(*pair)]
    if len(short) + 1 < _OFTEN:
        return nothing(tunnel)
    gaps = [second.started_at - first.started_at for first, second in short if first.started_at and second.started_at]
    mean = f", on average every {_minutes(sum(gaps, timedelta()) / len(gaps))}" if gaps else ""
    return Found(
        summary=f"The tunnel was built anew {len(short) + 1} times{mean}",
        explanation="Each time it was up and ended long before any lifetime was over.",
        evidence=few(one.origin for one in reversed(beginnings)),
        confidence="certain" if gaps else "likely",
        side="unknown",
        negotiation=beginnings[-1],
        next_steps=(
            _steps.show_logging(tunnel, "read the reason of each end"),
            _steps.show_ike_sa(tunnel, "see lifetimes and how long it has been up now"),
            _steps.show_group(tunnel, "see the keepalive settings"),
        ),
        ask_peer=("What does your log name as the reason each time the tunnel ends?",),
        count=len(short) + 1,
        seen=tuple(one.origin for pair in short for one in pair),
    )


def _is_short(first: Negotiation, second: Negotiation) -> bool:
    if first.started_at is None or second.started_at is None:
        return first.outcome == "deleted"
    return timedelta() <= second.started_at - first.started_at < _SHORT


def _minutes(gap: timedelta) -> str:
    seconds = round(gap.total_seconds())
    return f"{seconds} s" if seconds < 120 else f"{round(seconds / 60)} min"
