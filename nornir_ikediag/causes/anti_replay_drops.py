"""Packets are dropped by the anti-replay check.

What you see
`#pkts replay failed (rcv)` grows, `#recv errors` with it; `Received an ESP packet … that failed anti-replay checking`.

What it means
A packet came later than the window of 64 sequence numbers allows: queues that reorder after encryption (QoS, several
links), duplicates, or, rarely, an attack.

How to be sure
Do the drops grow with load? Then it is reordering.

How to fix it
Widen the window on the receiving end (`crypto ipsec security-association replay window-size 1024`), or put traffic of
one class into one SA. The change counts for new SAs.

References
- RFC 4303 section 3.4.3
- asa-syslog: 402119
"""

from nornir_ikediag.causes import _steps
from nornir_ikediag.causes._attempts import capped
from nornir_ikediag.causes._counters import counted, networks, trouble
from nornir_ikediag.causes._life import events_of
from nornir_ikediag.causes._wording import few
from nornir_ikediag.model.event import EventKind
from nornir_ikediag.model.tunnel import Tunnel
from nornir_ikediag.model.verdict import Cause, Found, RuledOut, Verdict

CAUSE = Cause(
    title="Packets fail the anti-replay check",
    family="data-path",
    severity="warning",
    needs=("crypto_ipsec_sa", "log"),
    explains=("ipsec-errors",),
)

_MANY_LINES = 3


def match(tunnel: Tunnel) -> Verdict:
    """The counter of `detail`, or the device's own lines."""
    drops = trouble(tunnel, "pkts replay failed (rcv)", "pkts replay rollover (rcv)", "pkts replay rollover (send)")
    lines = events_of(tunnel, EventKind.REPLAY_DROP)
    if not drops and len(lines) < _MANY_LINES:
        return RuledOut()
    how_many = counted(drops[0]) + networks(drops[0].child) if drops else f"{len(lines)} were logged"
    return Found(
        summary=f"Packets fail the anti-replay check: {how_many}",
        explanation="They arrive so late that their sequence number lies before the window.",
        evidence=few(drops[0].evidence if drops else (), lines),
        confidence="certain" if drops else capped("certain", *lines[:1]),
        side="path",
        selectors=drops[0].child.selectors if drops else None,
        next_steps=(
            _steps.read(f"show crypto ipsec sa peer {tunnel.peer} detail", "see whether the counter grows"),
            _steps.change(
                "crypto ipsec security-association replay window-size 1024",
                "a wider window, for the SAs of every peer that are made from now on",
            ),
        ),
        ask_peer=("Does your side queue or balance packets after they are encrypted?",),
        count=max(len(drops), len(lines), 1),
        seen=lines,
    )
