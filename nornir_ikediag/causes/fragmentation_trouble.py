"""Packets are too large for the path, or fragments pile up.

What you see
`#pre-frag failures`, `#pkts min mtu frag failed` or `#PMTUs sent` grow; a good part of `#pkts decaps` is
`#decapsulated frgs needing reassembly`; `PMTU-D packet … bytes greater than effective mtu`. Small packets pass,
downloads hang.

What it means
With its IPsec header a full packet no longer fits. With DF set it is dropped and an ICMP message asks the sender to
shrink; where that message is filtered, large transfers hang. Fragments after encryption cost the receiver dearly.

How to be sure
Ping through the tunnel with DF and growing size; compare with `path mtu` and `ipsec overhead` of the SA.

How to fix it
`sysopt connection tcpmss 1350` on both ends; let ICMP "fragmentation needed" pass; fragment before encryption.

References
- RFC 4301 section 8 (path MTU), RFC 1191
- asa-syslog: 602101, 602103
"""

from nornir_ikediag.causes import _steps
from nornir_ikediag.causes._attempts import capped
from nornir_ikediag.causes._counters import DECAPS, Trouble, counted, networks, trouble
from nornir_ikediag.causes._life import events_of
from nornir_ikediag.causes._wording import few
from nornir_ikediag.model.event import EventKind
from nornir_ikediag.model.tunnel import Tunnel
from nornir_ikediag.model.verdict import Cause, Found, RuledOut, Verdict

CAUSE = Cause(
    title="Packets are too large for the path",
    family="data-path",
    severity="warning",
    needs=("crypto_ipsec_sa", "log"),
    explains=("ipsec-errors",),
)

_FAILURES = ("pre-frag failures", "pkts min mtu frag failed", "pkts bad frag offset", "pkts bad frag offset (rcv)")
_REASSEMBLY = ("decapsulated frgs needing reassembly", "decapsulated frags needing reassembly")
_REASSEMBLY_SHARE = 0.05  # of the packets received
_MANY_LINES = 3


def match(tunnel: Tunnel) -> Verdict:
    """Failures to fragment, many "too big" messages, or a large share of fragments to reassemble. That packets are
    fragmented, or that an MTU was learnt once, is how it works."""
    found = trouble(tunnel, *_FAILURES) or trouble(tunnel, "PMTUs sent", "PMTUs rcvd", share=0.01) or _pieces(tunnel)
    lines = events_of(tunnel, EventKind.PACKET_TOO_BIG)
    if not found and len(lines) < _MANY_LINES:
        return RuledOut()
    name = (
        f"{found[0].names[0]}: {counted(found[0])}{networks(found[0].child)}" if found else f"{len(lines)} were logged"
    )
    return Found(
        summary=f"Packets are too large for the path ({name})",
        explanation="With the IPsec header they exceed the MTU; large transfers suffer while small packets pass.",
        evidence=few(found[0].evidence if found else (), lines),
        confidence="likely" if found else capped("likely", *lines[:1]),
        side="path",
        selectors=found[0].child.selectors if found else None,
        next_steps=(
            _steps.show_child(tunnel, "compare path mtu, media mtu and ipsec overhead, and see whether it grows"),
            _steps.read("show running-config all sysopt", "see `sysopt connection tcpmss`"),
            _steps.change("sysopt connection tcpmss 1350", "smaller TCP segments through the box, new sessions only"),
        ),
        ask_peer=("What MTU does your uplink have, and do you clamp the TCP MSS?",),
        count=max(len(found), len(lines), 1),
        seen=lines,
    )


def _pieces(tunnel: Tunnel) -> tuple[Trouble, ...]:
    found = trouble(tunnel, *_REASSEMBLY, floor=100, share=0.0)
    return tuple(one for one in found if one.total >= _REASSEMBLY_SHARE * one.child.counters.get(DECAPS, 0))
