"""An earlier or a dynamic map entry catches the traffic or the peer that a later entry was meant for.

What you see
`Static Crypto Map check, map …, seq = n is a successful match` for an entry that does not name this peer, and then a
refusal; a dynamic map with a lower sequence number than the static entry of this peer; two entries whose ACLs overlap.

What it means
The device goes through the entries by their sequence numbers and takes the first that matches. A dynamic entry matches
everybody, so it belongs at the end (65535).

How to be sure
`show running-config crypto map` in the order of the numbers; `packet-tracer` shows which entry a packet takes.

How to fix it
Give the specific entry the lower number and the dynamic one the highest; make the ACLs of different peers disjoint.
Renumbering is a new entry beside the old one, then removal of the old: plan it, for the entry's tunnel drops.

References
- Cisco document 81824, "Most Common L2L and Remote Access IPsec VPN Troubleshooting Solutions", crypto map sequence
- asa-syslog: 713221, 713222, 713225
"""

from nornir_ikediag.causes import _steps
from nornir_ikediag.causes._attempts import capped, failed_because, is_loose, nothing, phase_of
from nornir_ikediag.causes._findings import seen_in
from nornir_ikediag.causes._precedence import catches, taken
from nornir_ikediag.causes._setup import WANTED, static_entries
from nornir_ikediag.causes._wording import few
from nornir_ikediag.model.configuration import CryptoMapEntry
from nornir_ikediag.model.event import Event
from nornir_ikediag.model.evidence import Evidence
from nornir_ikediag.model.negotiation import Negotiation
from nornir_ikediag.model.tunnel import Tunnel
from nornir_ikediag.model.verdict import Alternative, Cause, Confidence, Found, Verdict

CAUSE = Cause(
    title="Another crypto map entry comes first",
    family="configuration",
    severity="error",
    needs=("log", "configuration"),
    explains=(
        "ipsec-transform-mismatch", "proxy-identity-mismatch", "pfs-mismatch", "phase2-missing", "tunnel-down",
        "tunnel-negotiating", "child-sa-rejected-by-peer", "traffic-not-selected", "tunnel-flapping", "undetermined",
    ),
)  # fmt: skip


def match(tunnel: Tunnel) -> Verdict:
    """Phase 2 was refused after an entry matched that is not this peer's; or the traffic of a tunnel that is wanted is
    caught by an entry in front of its own."""
    entries = static_entries(tunnel)
    configuration = tunnel.device.configuration
    if not entries or configuration is None:
        return nothing(tunnel)
    own = entries[0]
    refused = failed_because(tunnel, lambda attempt, event: phase_of(attempt, event) == 2)
    caught = [(attempt, event, line) for attempt, event in refused if (line := taken(attempt, own)) is not None]
    if caught:
        attempt, event, line = caught[0]
        what = f"{line.get('crypto_map')} {line.get('sequence')}".strip() or line.origin.text.strip()
        seen = seen_in((attempt, line) for attempt, _, line in caught)
        return _found(tunnel, own, what, few(line, event), attempt, sure=capped("likely", line), seen=seen)
    waits = tunnel.state in WANTED and not tunnel.negotiations
    earlier = catches(configuration, own) if waits else None
    if earlier is not None:
        what = f"{earlier.name} {earlier.sequence}"
        return _found(tunnel, own, what, few(earlier.origin, own.origin), None, sure="possible")
    return nothing(tunnel)


def _found(
    tunnel: Tunnel,
    own: CryptoMapEntry,
    what: str,
    evidence: tuple[Evidence, ...],
    attempt: Negotiation | None,
    *,
    sure: Confidence,
    seen: tuple[Event, ...] = (),
) -> Found:
    return Found(
        summary=f"A crypto map entry before {own.name} {own.sequence} catches this peer's traffic",
        explanation=f"The first entry that matches is taken: {what}. The entry of this peer comes later.",
        evidence=evidence,
        confidence=sure,
        side="local",
        negotiation=None if attempt is None or is_loose(attempt) else attempt,
        alternatives=(
            Alternative("proxy-identity-mismatch", "possible", "whether the peer's networks mirror our own ACL"),
        ),
        configuration=own.lines[:6],
        next_steps=(
            _steps.read(f"show running-config crypto map | include {own.name}", "see all entries in their order"),
            _steps.show_access_list(tunnel),
            _steps.change(f"crypto map {own.name} <lower number> …", "put the specific entry first, in a window"),
        ),
        count=len(seen) or 1,
        seen=seen,
    )
