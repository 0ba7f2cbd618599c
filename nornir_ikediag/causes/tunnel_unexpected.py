"""A tunnel is up that nobody expects.

What you see
An SA with a peer that is not on the list of expected tunnels, or that nothing in the configuration names any more.

What it means
A tunnel that was built and never written down, one that was to be removed, or a peer that uses a dynamic entry which
was meant for others.

How to be sure
Compare the peer's address and tunnel-group with the list, and look when and by whom the entry was configured.

How to fix it
Write it down if it is wanted; else remove its configuration in a change of its own.

References
- RFC 4301 section 4.4.3 (the peer authorization database: who may build an SA)
"""

from nornir_ikediag.causes import _steps
from nornir_ikediag.causes._configured import map_lines
from nornir_ikediag.causes._state import is_expected_absent, sa_lines
from nornir_ikediag.model.tunnel import Tunnel
from nornir_ikediag.model.verdict import Cause, Found, RuledOut, Verdict

CAUSE = Cause(
    title="A tunnel is up that nobody expects",
    family="state",
    severity="warning",
    needs=("crypto_isakmp_sa", "crypto_ipsec_sa"),
)


def match(tunnel: Tunnel) -> Verdict:
    """It has SAs, and the list of expected tunnels does not hold it, or nothing in the configuration allows it."""
    listed, orphan = is_expected_absent(tunnel), _is_orphan(tunnel)
    if not (listed or orphan) or not sa_lines(tunnel):
        return RuledOut()
    return Found(
        summary="This tunnel is up, and it is not on the list of expected tunnels"
        if listed
        else "This tunnel is up, and nothing in the configuration names its peer",
        explanation="The list that was given does not name this peer."
        if listed
        else "No crypto map entry, no dynamic map and no tunnel interface would let this tunnel be built again: it "
        "lives on from before a change, and will not survive its next rekey.",
        evidence=sa_lines(tunnel),
        confidence="certain" if listed else "likely",
        side="local",
        severity=None if listed else "info",
        configuration=map_lines(tunnel),
        next_steps=(_steps.show_child(tunnel), _steps.show_group(tunnel)),
        ask_peer=("Which site is at your end, and what is this tunnel for? We no longer know of it.",),
    )


def _is_orphan(tunnel: Tunnel) -> bool:
    """Whether the whole configuration was read and could not build this tunnel."""
    configuration = tunnel.device.configuration
    if configuration is None or not configuration.complete >= {"crypto", "interface"}:
        return False
    if tunnel.kind != "lan-to-lan" or tunnel.state not in ("up", "partial", "rekeying", "phase1-only"):
        return False
    dynamic = any(entry.dynamic_map or entry.kind == "dynamic" for entry in configuration.crypto_maps)
    named = tunnel.configuration is not None and bool(tunnel.configuration.crypto_maps)
    settings = {word for child in tunnel.child_sas for sa in child.sas for word in sa.settings}
    return not dynamic and not named and "VTI" not in settings
