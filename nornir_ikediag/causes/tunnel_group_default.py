"""The peer landed on DefaultL2LGroup, DefaultRAGroup or a group of the wrong type.

What you see
`Connection landed on tunnel_group DefaultL2LGroup` or `DefaultRAGroup`, `… not found, using BASE GROUP default
preshared key`, and then a refusal: the key differs, or extended authentication is asked of a LAN-to-LAN peer.

What it means
No tunnel-group fits this peer, so the default one serves it, with its own key, type and policy. For peers with dynamic
addresses that is meant to be, and so is DefaultRAGroup for the L2TP clients of Windows and of phones; for a gateway
with an address of its own it is the fault.

How to be sure
Compare the peer's address, as the device sees it, with the names of the tunnel-groups and their types.

How to fix it
Create or rename the tunnel-group so that it bears the peer's address, with type ipsec-l2l.

References
- Cisco ASA command reference, `tunnel-group`, default groups
- asa-syslog: 713127, 713139, 713906
"""

from nornir_ikediag.causes import _steps
from nornir_ikediag.causes._attempts import attempts, capped, is_loose, nothing, phase_of, reason
from nornir_ikediag.causes._configured import OF_L2TP, group_lines, map_lines, serves_l2tp
from nornir_ikediag.causes._findings import seen_in
from nornir_ikediag.causes._wording import few
from nornir_ikediag.model.event import Event, EventKind
from nornir_ikediag.model.negotiation import Negotiation
from nornir_ikediag.model.tunnel import Tunnel
from nornir_ikediag.model.verdict import Alternative, Cause, Found, Verdict

CAUSE = Cause(
    title="The peer landed on a default tunnel-group",
    family="configuration",
    severity="error",
    needs=("log",),
    explains=(
        "pre-shared-key-mismatch", "pre-shared-key-missing", "xauth-not-negotiated", "authentication-failed",
        "authentication-timeout", "peer-stopped-answering", "xauth-timeout", "vpn-protocol-not-allowed",
        "identity-mismatch", "deleted-by-peer", "tunnel-down", "tunnel-negotiating", "tunnel-flapping", "undetermined",
    ),
)  # fmt: skip

# What a wrong group can be the reason of. Proposals are compared before there is a group, networks after it has served.
_GROUP_DECIDES = frozenset(
    {
        EventKind.DECRYPT_FAILED, EventKind.AUTH_FAILED, EventKind.XAUTH_NOT_NEGOTIATED, EventKind.PROTOCOL_NOT_ALLOWED,
        EventKind.ID_REFUSED, EventKind.NOTIFY_RECEIVED, EventKind.TUNNEL_GROUP_DEFAULT, EventKind.AUTH_METHOD_MISMATCH,
        EventKind.PRE_SHARED_KEY_MISSING,
    }
)  # fmt: skip


_AFTER_PHASE1 = (EventKind.PROTOCOL_NOT_ALLOWED, EventKind.XAUTH_NOT_NEGOTIATED)
_LANDING = (EventKind.TUNNEL_GROUP_DEFAULT, EventKind.TUNNEL_GROUP_LANDED)
_DEFAULTS = ("DefaultL2LGroup", "DefaultRAGroup", "DefaultWEBVPNGroup")


def match(tunnel: Tunnel) -> Verdict:
    """An attempt that landed on a default group and failed at something that the group decides."""
    landed = [(attempt, event) for attempt in attempts(tunnel) if (event := _landed(attempt)) and _decides(attempt)]
    if not landed or _is_meant(tunnel, _name(landed[0][1])):
        return nothing(tunnel)
    attempt, event = landed[0]
    name = _name(event) or "the default group"
    return Found(
        summary=f"The peer landed on {name}: no tunnel-group of its own serves it",
        explanation="The default group has its own key, type and policy, and the negotiation failed on one of them.",
        evidence=few(event, reason(attempt)),
        confidence=capped("likely", event),
        side="local",
        negotiation=None if is_loose(attempt) else attempt,
        alternatives=(
            Alternative(
                "pre-shared-key-mismatch",
                "possible",
                f"whether the peer is meant to use {name}, as a client of L2TP is, and its key",
            ),
        ),
        configuration=group_lines(tunnel) or map_lines(tunnel),
        next_steps=(
            _steps.read("show running-config tunnel-group | include type", "compare the names with the peer's address"),
            _steps.read(f"show running-config tunnel-group {name}", "see what the default group asks for"),
            _steps.change(f"tunnel-group {tunnel.peer} type ipsec-l2l", "a group of its own for this peer"),
            _steps.change(f"tunnel-group {tunnel.peer} ipsec-attributes", "the mode in which its key is entered"),
        ),
        ask_peer=(f"Which address and identity do you present? We see {tunnel.peer}.",),
        count=len(landed),
        seen=seen_in(landed),
    )


def _name(event: Event) -> str | None:
    return event.get("name") if event.kind in _LANDING else event.tunnel_group


def _is_meant(tunnel: Tunnel, name: str | None) -> bool:
    """Whether it is a client of L2TP, which sends no name of a group before the key is needed: DefaultRAGroup is its
    group, and what failed in it is the fault. Its packets say so, or the group is configured for them."""
    if name != OF_L2TP:
        return False
    events = (*tunnel.events, *(event for attempt in tunnel.negotiations for event in attempt.events))
    return any(event.kind == EventKind.L2TP_CLIENT for event in events) or serves_l2tp(tunnel)


def _landed(attempt: Negotiation) -> Event | None:
    for event in attempt.all(*_LANDING):
        if event.get("name") in _DEFAULTS or event.kind == EventKind.TUNNEL_GROUP_DEFAULT:
            return event
    why = reason(attempt)  # a fragment may only show the group in front of the line that says what failed
    return why if why is not None and why.tunnel_group in _DEFAULTS else None


def _decides(attempt: Negotiation) -> bool:
    why = reason(attempt)
    if why is None:
        return attempt.stage in ("phase1", "xauth", "unknown") and not attempt.child_only
    return why.kind in _GROUP_DECIDES and (phase_of(attempt, why) == 1 or why.kind in _AFTER_PHASE1)
