"""Which attempts died for want of an address, and whether there is any source of addresses at all."""

import re

from nornir_ikediag.causes import _steps
from nornir_ikediag.causes._attempts import failed_with
from nornir_ikediag.model.event import Event, EventKind
from nornir_ikediag.model.negotiation import Negotiation
from nornir_ikediag.model.tunnel import Tunnel
from nornir_ikediag.model.verdict import Step

SYMPTOMS = (
    "xauth-timeout", "authentication-failed", "deleted-by-peer", "tunnel-down", "tunnel-negotiating", "phase2-missing",
    "phase2-no-response", "peer-stopped-answering", "tunnel-flapping", "undetermined",
)  # fmt: skip

_NO_SOURCE = re.compile(r"no (?:address )?pool|not configured|no viable servers|not (?:been )?defined", re.IGNORECASE)


def without_address(tunnel: Tunnel) -> tuple[tuple[Negotiation, Event], ...]:
    """The attempts that ended because no address could be assigned, each with the line that says so."""
    return failed_with(tunnel, EventKind.ADDRESS_FAILED, EventKind.ADDRESS_POOL_MISSING)


def pools_of(tunnel: Tunnel) -> tuple[str, ...] | None:
    """The pools that the group or its policy names; None where the configuration of the group was not read."""
    configuration = tunnel.configuration
    if configuration is None or (configuration.tunnel_group is None and configuration.group_policy is None):
        return None
    group = configuration.tunnel_group.address_pools if configuration.tunnel_group else ()
    policy = configuration.group_policy.address_pools if configuration.group_policy else ()
    return (*policy, *group)


def lacks_source(tunnel: Tunnel, attempt: Negotiation, event: Event) -> bool:
    """Whether no source of addresses is configured, rather than one that has run out."""
    lines = attempt.all(EventKind.ADDRESS_FAILED, EventKind.ADDRESS_POOL_MISSING)
    if event.kind == EventKind.ADDRESS_POOL_MISSING or any(one.kind == EventKind.ADDRESS_POOL_MISSING for one in lines):
        return True
    if any(_NO_SOURCE.search(one.get("reason") or one.origin.text) for one in lines):
        return True
    return pools_of(tunnel) == ()


def address_steps(tunnel: Tunnel, named: tuple[str, ...] = ()) -> tuple[Step, ...]:
    """How full the pools are that a line ``named``; which pools serve this group, and how full those are."""
    pools = () if named else pools_of(tunnel) or ("<pool>",)
    free = "see how many addresses are free"
    return (
        *(_steps.read(f"show ip local pool {name}", free) for name in named[:2]),
        _steps.show_group(tunnel, "see which address pools the group names"),
        _steps.read("show running-config group-policy | include address-pools|attributes", "see pools of the policies"),
        *(_steps.read(f"show ip local pool {name}", free) for name in pools[:2]),
        _steps.read("show running-config all vpn-addr-assign", "see which sources of addresses are allowed"),
    )
