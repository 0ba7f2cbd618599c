"""Packets fail authentication or decryption.

What you see
`#pkts verify failed`, `#pkts invalid pad`, `#pkts decaps failed (rcv)` grow, or the device logs a packet that failed
authentication.

What it means
Packets are changed on the way, or the ends do not use the same keys for this SA: they disagree about which SA is
current, or an engine is broken.

How to be sure
Does it hit every packet of one SA (keys) or a few of all (path, hardware)? `show crypto accelerator statistics`.

How to fix it
Reset this tunnel once. If it comes again, look at what rewrites packets on the way, and at the crypto engine.

References
- RFC 4303 section 3.4.4
- asa-syslog: 402120, 402118
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
    title="Packets fail authentication or decryption",
    family="data-path",
    severity="error",
    needs=("crypto_ipsec_sa", "log"),
    explains=("ipsec-errors",),
)

_COUNTERS = (
    "pkts verify failed", "pkts invalid pad", "pkts invalid pad (rcv)", "pkts decaps failed (rcv)",
    "pkts invalid ip version", "pkts invalid ip version (rcv)", "pkts decrypt failed (rcv)",
)  # fmt: skip
_MANY_LINES = 3


def match(tunnel: Tunnel) -> Verdict:
    """The counters of `detail`, or the device's own lines."""
    failed = trouble(tunnel, *_COUNTERS)
    lines = events_of(tunnel, EventKind.INTEGRITY_FAILURE)
    if not failed and len(lines) < _MANY_LINES:
        return RuledOut()
    how_many = counted(failed[0]) + networks(failed[0].child) if failed else f"{len(lines)} were logged"
    return Found(
        summary=f"Packets fail authentication or decryption: {how_many}",
        explanation="They reach the right SA and do not fit its keys: changed on the way, or encrypted with others.",
        evidence=few(failed[0].evidence if failed else (), lines),
        confidence="certain" if failed else capped("certain", *lines[:1]),
        side="unknown",
        selectors=failed[0].child.selectors if failed else None,
        next_steps=(
            _steps.read(f"show crypto ipsec sa peer {tunnel.peer} detail", "see which of the counters grows"),
            _steps.read("show crypto accelerator statistics", "see whether the crypto engine reports errors"),
            _steps.reset(tunnel, "new keys for this tunnel; it drops this peer only"),
        ),
        ask_peer=(
            "Do you count the same failures from us, and did your device change its hardware or release lately?",
        ),
        count=max(len(failed), len(lines), 1),
        seen=lines,
    )
