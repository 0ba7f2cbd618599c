"""No source of addresses is configured for this group.

What you see
`Cannot obtain an IP address for remote peer` for every user of a group, and neither the tunnel-group nor its
group-policy names a pool, a DHCP server, or an address from AAA; `DHCP configured, no viable servers found`.

What it means
The user is authenticated, and the device has nowhere to take an address from.

How to be sure
Read the tunnel-group's general attributes and its group-policy: `address-pool`, `address-pools`, `dhcp-server`; and
`vpn-addr-assign`, which may switch a source off.

How to fix it
Create a pool (`ip local pool`) and name it in the tunnel-group or the group-policy.

References
- draft-ietf-ipsec-isakmp-mode-cfg-05, RFC 7296 section 2.19
- asa-syslog: 713132, 737003, 737012
"""

from nornir_ikediag.causes import _steps
from nornir_ikediag.causes._addresses import SYMPTOMS, address_steps, lacks_source, without_address
from nornir_ikediag.causes._attempts import nothing
from nornir_ikediag.causes._configured import group_lines
from nornir_ikediag.causes._findings import found
from nornir_ikediag.model.event import EventKind
from nornir_ikediag.model.tunnel import Tunnel
from nornir_ikediag.model.verdict import Cause, Verdict

CAUSE = Cause(
    title="No source of addresses is configured",
    family="mode-config",
    severity="critical",
    needs=("log", "configuration"),
    explains=("address-pool-exhausted", *SYMPTOMS),
)


def match(tunnel: Tunnel) -> Verdict:
    """No address, and nothing to take one from."""
    failed = [pair for pair in without_address(tunnel) if lacks_source(tunnel, *pair)]
    if not failed:
        return nothing(tunnel)
    attempt, _ = failed[0]
    group = _steps.group_name(tunnel)
    return found(
        failed,
        summary=f"No source of addresses is configured for tunnel-group {group}",
        explanation="The user is authenticated; neither the tunnel-group nor its group-policy gives the device a pool "
        "or a server to take an address from.",
        also=attempt.all(EventKind.ADDRESS_FAILED, EventKind.ADDRESS_POOL_MISSING),
        confidence="certain",
        side="local",
        configuration=group_lines(tunnel),
        next_steps=(
            *address_steps(tunnel),
            _steps.change("ip local pool <pool> <first>-<last> mask <mask>", "creates a pool; route it inside"),
            _steps.change(f"tunnel-group {group} general-attributes", "the tunnel-group of these users"),
            _steps.change("address-pool <pool>", "gives the group its addresses; clients then get one of them"),
        ),
    )
