"""Two peers present the same identity and evict each other.

What you see
`IKEv2 Session aborted. Reason: Initial Contact received for Local ID: …, Remote ID: … from remote peer` in turns;
sessions that end for `Peer Address Changed` or `Peer Reconnected` every few minutes.

What it means
INITIAL_CONTACT says "this is the only SA with this identity", so the device drops the older session. Two boxes with a
copied configuration, or two users with one certificate, do that to each other without end.

How to be sure
Two different addresses take turns in these lines. A single one after a restart of the peer is normal.

How to fix it
Give each peer an identity of its own (`crypto isakmp identity`, key-id, certificate).

References
- RFC 7296 section 2.4 (INITIAL_CONTACT), RFC 2407 section 4.6.3.3
- asa-syslog: 750014, 113019
"""

from nornir_ikediag.causes import _steps
from nornir_ikediag.causes._attempts import capped, nothing
from nornir_ikediag.causes._life import ends, events_of, lines_of
from nornir_ikediag.causes._wording import few
from nornir_ikediag.model.event import EventKind
from nornir_ikediag.model.tunnel import Tunnel
from nornir_ikediag.model.verdict import Cause, Found, Verdict

CAUSE = Cause(
    title="Two peers present the same identity",
    family="lifecycle",
    severity="error",
    needs=("log",),
    explains=(
        "tunnel-flapping",
        "deleted-by-peer",
        "tunnel-down",
        "tunnel-negotiating",
        "dead-peer-detected",
        "undetermined",
    ),
)

_EVICTIONS = 2  # one is what a restarted peer does
_RECONNECTS = 3


def match(tunnel: Tunnel) -> Verdict:
    """Sessions of this identity evict each other again and again."""
    evicted = events_of(tunnel, EventKind.SAME_IDENTITY)
    moved = lines_of(ends(tunnel, reason=r"peer address changed"))
    lines = tuple(reversed(evicted)) if len(evicted) >= _EVICTIONS else moved if len(moved) >= _RECONNECTS else ()
    if not lines:
        return nothing(tunnel)
    return Found(
        summary=f"Another peer with the same identity evicted this session {len(lines)} times",
        explanation="INITIAL_CONTACT makes the device drop the older session of an identity; two peers share this one.",
        evidence=few(lines),
        confidence=capped("likely", lines[0]),
        side="peer",
        next_steps=(
            _steps.read("show vpn-sessiondb detail l2l", "see which addresses come with the same identity"),
            _steps.show_logging(tunnel),
        ),
        ask_peer=("Which identity does your device send? Is there a second device with a copy of its configuration?",),
        count=len(lines),
        seen=lines,
    )
