"""The tunnel-group exists and has no pre-shared key.

What you see
`Invalid (NULL) secret key detected while computing hash`, `No pre-shared key or trustpoint configured for self in
tunnel group`, `No remote authentication method configured for peer`, `No pskey found`; in the configuration a
tunnel-group without a (masked) `pre-shared-key *****` line.

What it means
The group was found and there is nothing to authenticate with. In IKEv2 the local and the remote key are two lines.

How to be sure
`show running-config tunnel-group NAME`: the key shows as asterisks if there is one.

How to fix it
Enter the agreed key under `ipsec-attributes` of that group, in IKEv2 both.

References
- Cisco ASA command reference, `ikev1 pre-shared-key`, `ikev2 local-authentication`
- asa-syslog: 713103, 751002, 751004
"""

from nornir_ikediag.causes import _steps
from nornir_ikediag.causes._attempts import nothing
from nornir_ikediag.causes._configured import group_lines
from nornir_ikediag.causes._keys import key_steps
from nornir_ikediag.causes._setup import suspect
from nornir_ikediag.model.event import EventKind
from nornir_ikediag.model.tunnel import Tunnel
from nornir_ikediag.model.verdict import Cause, Found, Verdict

CAUSE = Cause(
    title="The tunnel-group has no pre-shared key",
    family="configuration",
    severity="critical",
    needs=("log", "configuration"),
    explains=(
        "pre-shared-key-mismatch", "authentication-failed", "authentication-timeout", "peer-stopped-answering",
        "tunnel-down", "tunnel-negotiating", "traffic-not-selected", "deleted-by-peer", "tunnel-flapping",
        "undetermined",
    ),
)  # fmt: skip


def match(tunnel: Tunnel) -> Verdict:
    """A line that says so, or a tunnel-group of the configuration without a key and without a certificate."""
    found = suspect(tunnel, "pre-shared-key-missing", EventKind.PRE_SHARED_KEY_MISSING)
    if found is None:
        return nothing(tunnel)
    name = (found.event.get("name") if found.event else "") or _steps.group_name(tunnel)
    return Found(
        summary=f"The tunnel-group {name} has no pre-shared key",
        explanation="The group of this peer was found, and it holds neither a key nor a certificate for this method.",
        evidence=found.evidence,
        confidence=found.confidence,
        side="local",
        negotiation=found.attempt,
        configuration=group_lines(tunnel),
        next_steps=key_steps(tunnel, name),
        count=found.count,
        seen=found.seen,
    )
