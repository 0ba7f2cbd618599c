"""The crypto map entry lacks its peer, its ACL or its transform set.

What you see
`Static Crypto Map Check by-passed: Crypto map entry incomplete!` and then no match; in IKEv2 an empty list under
`Expected Policies:` with the line before it naming what the entry misses; when the traffic is ours `Tunnel Manager
failed to dispatch a KEY_ACQUIRE message. Probable mis-configuration`, `IKE Peer address not configured for …`.

What it means
An entry counts only when `match address`, `set peer` and a transform set (IKEv1) or an ipsec-proposal (IKEv2) are all
there. The by-passed line alone is normal on the way to a dynamic map: it is a fault only if nothing matches
afterwards.

How to be sure
`show running-config crypto map`: compare the entry with one that works.

How to fix it
Add the missing line to the entry. That touches no other tunnel.

References
- Cisco ASA command reference, `crypto map match address`, `crypto map set peer`
- asa-syslog: 713042, 713063, 713223, 713224, 752006, 752010, 752011
"""

from nornir_ikediag.causes import _steps
from nornir_ikediag.causes._attempts import nothing
from nornir_ikediag.causes._configured import map_lines
from nornir_ikediag.causes._setup import UNSPECIFIC, missing_parts, skipped, static_entries, suspect
from nornir_ikediag.causes._wording import after_colon, join
from nornir_ikediag.model.event import Event, EventKind
from nornir_ikediag.model.tunnel import Tunnel
from nornir_ikediag.model.verdict import Alternative, Cause, Found, Step, Verdict

CAUSE = Cause(
    title="The crypto map entry is incomplete",
    family="configuration",
    severity="critical",
    needs=("log", "configuration"),
    explains=(
        "tunnel-down", "tunnel-negotiating", "phase2-missing", "proxy-identity-mismatch", "ipsec-transform-mismatch",
        "traffic-not-selected", "tunnel-flapping", "undetermined",
    ),
)  # fmt: skip

_OTHERS = (
    Alternative("tunnel-group-missing", "possible", "`show running-config tunnel-group`: is there one for this peer?"),
    Alternative("pre-shared-key-missing", "possible", "the same output: does the group have a (masked) key?"),
    Alternative("ike-not-enabled", "possible", "`show running-config crypto | include enable`"),
)


def match(tunnel: Tunnel) -> Verdict:
    """A line that says so with nothing accepted after it, or an entry of the configuration that lacks a part."""
    found = suspect(tunnel, "crypto-map-incomplete", EventKind.CRYPTO_MAP_INCOMPLETE) or skipped(tunnel)
    if found is None:
        return nothing(tunnel)
    entry = next(iter(static_entries(tunnel)), None)
    missing = found.what or (join(missing_parts(entry)) if entry else "")
    where = f"The crypto map entry {entry.name} {entry.sequence}" if entry else "The crypto map entry for this peer"
    sure = bool(missing) or (found.event is not None and found.event.kind not in UNSPECIFIC)
    return Found(
        summary=f"{where} is incomplete{after_colon(missing)}"
        if sure
        else f"The tunnel{_traffic(found.event)} cannot be initiated: crypto map, tunnel-group or IKE is not set up",
        explanation="An entry without its peer, its ACL or its transform set is skipped as if it were not there.",
        evidence=found.evidence,
        confidence=found.confidence,
        side="local",
        severity="warning" if found.event is not None and found.event.get("once") else None,
        negotiation=found.attempt,
        alternatives=() if sure else _OTHERS,
        configuration=map_lines(tunnel),
        next_steps=(
            _steps.show_map(tunnel, "see which of match address, set peer and the proposal is missing"),
            _steps.show_group(tunnel),
            *_additions(entry.name if entry else "NAME", entry.sequence if entry else 0, missing),
        ),
        count=found.count,
        seen=found.seen,
    )


def _traffic(event: Event | None) -> str:
    """The packet that asked for it, where the line names it (713042)."""
    source, destination = (event.get("source"), event.get("destination")) if event else ("", "")
    return f" for {source} to {destination}" if source and destination else ""


def _additions(name: str, sequence: int, missing: str) -> tuple[Step, ...]:
    number = sequence or "<seq>"
    lines = (
        ("match address", f"crypto map {name} {number} match address <acl>"),
        ("peer", f"crypto map {name} {number} set peer <address>"),
        ("transform", f"crypto map {name} {number} set ikev1 transform-set <name>"),
        ("proposal", f"crypto map {name} {number} set ikev2 ipsec-proposal <name>"),
    )
    return tuple(
        _steps.change(line, "add what is missing; it affects this entry only")
        for word, line in lines
        if word in missing.lower()
    )
