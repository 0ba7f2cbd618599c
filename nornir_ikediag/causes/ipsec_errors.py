"""Send or receive errors grow for another reason.

What you see
`#send errors` or `#recv errors` grow, or, in the detailed output, a counter that no other cause reads; `The
decapsulated inner packet doesn't match the negotiated policy in the SA`.

What it means
Outbound packets are lost inside IPsec (no SA yet, MTU, engine), or inbound ones are refused: wrong SA, wrong protocol,
networks that do not belong to the SA. A few while a tunnel is built are normal.

How to be sure
`show crypto ipsec sa peer X detail` splits the sums by reason; read it twice.

How to fix it
Follow the reason that grows. Networks that do not match the SA: mirror the crypto ACLs of the two ends.

References
- Cisco ASA command reference, `show crypto ipsec sa`
- RFC 4301 section 5.2 (INVALID_SELECTORS)
- asa-syslog: 402115, 402116, 751027
"""

from nornir_ikediag.causes import _steps
from nornir_ikediag.causes._attempts import capped
from nornir_ikediag.causes._counters import counted, networks, trouble
from nornir_ikediag.causes._life import events_of, fewest
from nornir_ikediag.causes._wording import few
from nornir_ikediag.model.event import Event, EventKind
from nornir_ikediag.model.tunnel import Tunnel
from nornir_ikediag.model.verdict import Cause, Found, RuledOut, Verdict

CAUSE = Cause(
    title="IPsec errors grow",
    family="data-path",
    severity="warning",
    needs=("crypto_ipsec_sa", "log"),
)

_COUNTERS = (
    "send errors", "recv errors", "pkts no sa (send)", "pkts invalid sa (rcv)", "pkts encaps failed (send)",
    "pkts invalid prot (rcv)", "pkts invalid identity (rcv)", "pkts internal err (send)", "pkts internal err (rcv)",
)  # fmt: skip
_SHARE = 0.01  # without a second read the sum must stand out, for it may be from the building of the tunnel


def match(tunnel: Tunnel) -> Verdict:
    """Errors that grow between two reads, or are many beside the traffic; or packets outside the agreed networks."""
    errors = trouble(tunnel, *_COUNTERS, share=_SHARE)
    lines = events_of(tunnel, EventKind.SELECTOR_VIOLATION)
    if not errors and len(lines) < fewest(tunnel):
        return RuledOut()
    ours = bool(lines) and _is_ours(lines[-1])
    if errors:
        name = f"IPsec drops packets ({', '.join(errors[0].names)}: {counted(errors[0])}{networks(errors[0].child)})"
        explanation = "These packets are lost between the clear and the encrypted side of this device."
    else:
        name = f"{'We send' if ours else 'The peer sends'} packets that do not belong to the SA{_outside(lines[-1])}"
        explanation = (
            f"They arrive {'there' if ours else 'here'} encrypted and are dropped: the SA was negotiated for other "
            "networks. The device logs one such packet in five seconds at most, so there may be many more."
        )
    return Found(
        summary=name,
        explanation=explanation,
        evidence=few(errors[0].evidence if errors else (), lines),
        confidence="certain" if errors else capped("certain", *lines[:1]),
        side="unknown" if errors or ours else "peer",
        selectors=errors[0].child.selectors if errors else None,
        next_steps=(
            _steps.read(f"show crypto ipsec sa peer {tunnel.peer} detail", "see the errors split by their reason"),
            _steps.read("show asp drop", "see what the device drops, and why"),
        ),
        ask_peer=(_question(lines[-1]),) if lines else (),
        count=max(len(errors), len(lines), 1),
        seen=lines,
    )


def _is_ours(line: Event) -> bool:
    """Whether it is the peer that complains, of what we sent (751027, the notify INVALID_SELECTORS)."""
    return line.get("direction") == "received"


def _question(line: Event) -> str:
    if _is_ours(line):
        return f"Does your crypto ACL mirror ours? You refuse packets that we send you{_outside(line)}."
    return f"Does your crypto ACL mirror ours? Packets arrive that do not belong to the SA{_outside(line)}."


def _outside(line: Event) -> str:
    """The packet, and the networks of the SA, where the line prints them (402116, from 8.0 on; 751027)."""
    source, destination = line.get("source"), line.get("destination")
    local, remote = line.get("local"), line.get("remote")
    if not (source and destination):
        return ""
    carries = f", and the SA carries {remote} to {local}" if local and remote else ""
    return f": {source} to {destination}{carries}"
