"""No address is left to assign to the client.

What you see
`Cannot obtain an IP address for remote peer`, `Local pool request failed for tunnel-group`, `Unable to get address
from group-policy or tunnel-group local pools`, an FSM history that ends in TM_BLD_REPLY with EV_IP_FAIL.

What it means
The user is authenticated, and the pool that serves the group has no free address: too small, or held by stale
sessions.

How to be sure
`show ip local pool NAME` shows what is free and who holds the rest.

How to fix it
Enlarge the pool or add a second one to the group, and route the addresses inside. Log stale sessions off one by one.

References
- draft-ietf-ipsec-isakmp-mode-cfg-05, RFC 7296 section 2.19
- asa-syslog: 713132, 737007, 737012, 737019, 750003
"""

from nornir_ikediag.causes import _steps
from nornir_ikediag.causes._addresses import SYMPTOMS, address_steps, lacks_source, pools_of, without_address
from nornir_ikediag.causes._attempts import nothing
from nornir_ikediag.causes._configured import group_lines, read
from nornir_ikediag.causes._findings import found
from nornir_ikediag.causes._users import user_of
from nornir_ikediag.causes._wording import join
from nornir_ikediag.model.event import EventKind
from nornir_ikediag.model.evidence import Evidence
from nornir_ikediag.model.tunnel import Tunnel
from nornir_ikediag.model.verdict import Alternative, Cause, Verdict

CAUSE = Cause(
    title="No address is left to assign",
    family="mode-config",
    severity="critical",
    needs=("log",),
    explains=SYMPTOMS,
)


def match(tunnel: Tunnel) -> Verdict:
    """No address, though some source of addresses is configured or nothing says that none is."""
    failed = [pair for pair in without_address(tunnel) if not lacks_source(tunnel, *pair)]
    if not failed:
        return nothing(tunnel)
    attempt, event = failed[0]
    lines = attempt.all(EventKind.ADDRESS_FAILED)
    pools = pools_of(tunnel) or tuple(one.get("pool") for one in lines if one.get("pool"))
    named = f" in pool {join(pools)}" if pools else ""
    dhcp = any("dhcp" in one.origin.text.lower() for one in lines)
    told = dhcp or bool(pools) or any("pool" in one.origin.text.lower() for one in lines)
    return found(
        failed,
        summary=f"{'No DHCP server gives an address' if dhcp else f'No address is left{named}'} for "
        f"{user_of(tunnel, event)}",
        explanation="The user is authenticated; the group takes addresses from DHCP, and none of its servers answers "
        "with one: not reachable from here, or without a free address for the `dhcp-network-scope`."
        if dhcp
        else "The user is authenticated, and the device found no free address for the client.",
        also=lines,
        confidence="likely" if told else "possible",
        side="local",
        alternatives=(
            Alternative(
                "address-pool-missing", "possible", "whether the group or its group-policy names a pool at all"
            ),
        ),
        configuration=group_lines(tunnel) + _pool_lines(tunnel, pools),
        next_steps=(
            *address_steps(tunnel, pools),
            _steps.read("ping <dhcp-server of the group>", "see that the DHCP server is reached from here")
            if dhcp
            else _steps.change(
                "ip local pool <new pool> <first>-<last> mask <mask>",
                "adds addresses; they must be routed to this device and be in the peer's view of our networks",
            ),
        ),
    )


def _pool_lines(tunnel: Tunnel, names: tuple[str, ...]) -> tuple[Evidence, ...]:
    return tuple(pool.origin for pool in read(tunnel).address_pools if pool.name in names)
