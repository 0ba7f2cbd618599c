"""Two peers present the same identity and evict each other.

What you see
`IKEv2 Session aborted. Reason: Initial Contact received for Local ID: …, Remote ID: … from remote peer` in turns;
sessions that end for `Peer Address Changed` or `Peer Reconnected` every few minutes.

What it means
INITIAL_CONTACT says "this is the only SA with this identity", so the device drops the older session. Two boxes with a
copied configuration, or two users with one certificate, do that to each other without end.

How to be sure
Two different addresses take turns in these lines. A single one after a restart of the peer is normal, and so are two
of a peer that changes to its second uplink and, hours later, back.

How to fix it
Give each peer an identity of its own (`crypto isakmp identity`, key-id, certificate).

References
- RFC 7296 section 2.4 (INITIAL_CONTACT), RFC 2407 section 4.6.3.3
- asa-syslog: 750014, 113019
"""

from collections.abc import Callable, Iterable
from datetime import timedelta
from itertools import pairwise

from nornir_ikediag.causes import _steps
from nornir_ikediag.causes._attempts import capped
from nornir_ikediag.causes._box import said
from nornir_ikediag.causes._wording import after_colon, few, join
from nornir_ikediag.model.device import Device
from nornir_ikediag.model.event import Event, EventKind
from nornir_ikediag.model.verdict import Cause, Found, RuledOut, Verdict

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
_IN_TURNS = timedelta(hours=1)  # who is evicted comes back with its next packet


def match(device: Device) -> Verdict:
    """Sessions of one identity evict each other again and again, whichever of the two peers a line names."""
    evictions = said(device, EventKind.SAME_IDENTITY).events
    moves = said(device, EventKind.TORN_DOWN, meant=lambda event: "peer address changed" in _reason(event)).events
    for lines in _alike(evictions, lambda event: event.get("remote_id") or event.peer or ""):
        if _take_turns(lines):
            return _found(lines, lines[0].get("remote_id"))
    for lines in _alike(moves, lambda event: event.username or event.peer or ""):
        if len(lines) >= _RECONNECTS:
            return _found(lines, "")
    return RuledOut()


def _alike(events: Iterable[Event], key: Callable[[Event], str]) -> list[list[Event]]:
    """The events by what they have in common, most first."""
    groups: dict[str, list[Event]] = {}
    for event in events:
        groups.setdefault(key(event), []).append(event)
    return sorted(groups.values(), key=len, reverse=True)


def _take_turns(lines: list[Event]) -> bool:
    """Whether two addresses are named, and an eviction follows another before long."""
    if len(lines) < _EVICTIONS or len(_addresses(lines)) < 2:
        return False
    return any(
        one.at is None or other.at is None or abs(other.at - one.at) <= _IN_TURNS for one, other in pairwise(lines)
    )


def _addresses(lines: Iterable[Event]) -> list[str]:
    """Who had the session and who took it, in the order of the log."""
    named = [name for event in lines for name in (event.peer, event.get("new_peer").rpartition(":")[0]) if name]
    return list(dict.fromkeys(named))


def _reason(event: Event) -> str:
    return (event.get("reason") or event.origin.text).lower()


def _found(lines: list[Event], identity: str) -> Found:
    peers = _addresses(lines)
    return Found(
        summary=f"{join(peers)} present the same identity{after_colon(identity)}; {len(lines)} sessions were evicted"
        if len(peers) > 1
        else f"Another peer with the same identity evicted this session {len(lines)} times",
        explanation="INITIAL_CONTACT makes the device drop the older session of an identity; two peers share this one. "
        "One device that changes between two uplinks looks the same.",
        evidence=few(lines[::-1]),
        confidence=capped("likely", lines[-1]),
        side="peer",
        next_steps=(
            _steps.read("show vpn-sessiondb detail l2l", "see which addresses come with the same identity"),
            _steps.read("show logging | include 750014", "see whose sessions are evicted, and how often"),
        ),
        ask_peer=("Which identity does your device send? Is there a second device with a copy of its configuration?",),
        count=len(lines),
        seen=tuple(lines),
        peers=tuple(peers),
    )
