"""Traffic reaches the device and is not encrypted: no key acquire follows.

What you see
Nothing: no `key acquire`, no IKE message, although users complain. Or the peer's traffic arrives in clear:
`Received a non-IPSec packet`.

What it means
The packets match no crypto ACL when they are to leave: NAT changes their addresses first (no exemption), the ACL names
other networks, the route sends them out of another interface, or they never reach the device.

How to be sure
`packet-tracer input <inside> icmp <source> 8 0 <destination> detailed`, twice: the first run may be dropped while it
starts the tunnel. It must show `Type: VPN Subtype: encrypt`, and the NAT step before must leave the addresses alone.

How to fix it
Exempt the protected networks from NAT, complete the crypto ACL (and the peer's mirror of it), or correct the route.

References
- Cisco document 81824, NAT exemption and crypto ACL
- asa-syslog: 402117, 752003, 752004
"""

from nornir_ikediag.causes import _steps
from nornir_ikediag.causes._attempts import capped, nothing
from nornir_ikediag.causes._configured import access_list_lines, map_lines
from nornir_ikediag.causes._life import fewest
from nornir_ikediag.causes._setup import lacking, static_entries
from nornir_ikediag.causes._wording import few, plural
from nornir_ikediag.model.event import EventKind
from nornir_ikediag.model.facts import WindowFacts
from nornir_ikediag.model.tunnel import Tunnel
from nornir_ikediag.model.verdict import Alternative, CannotTell, Cause, Found, Verdict

CAUSE = Cause(
    title="Traffic is not selected for encryption",
    family="configuration",
    severity="error",
    needs=("log", "configuration"),
    explains=("tunnel-down", "tunnel-negotiating", "undetermined"),
)


def match(tunnel: Tunnel) -> Verdict:
    """The peer's traffic comes in clear; or a debug window at a tunnel that is wanted saw nothing that starts it."""
    clear = [event for event in tunnel.events if event.kind == EventKind.CLEARTEXT_RECEIVED]
    if len(clear) >= fewest(tunnel):
        between = f" ({clear[-1].get('source')} to {clear[-1].get('destination')})" if clear[-1].get("source") else ""
        return Found(
            summary=f"{plural(len(clear), 'packet')} of the peer arrived unencrypted that the tunnel should carry"
            f"{between}",
            explanation="The networks match our crypto ACL, and the peer did not encrypt: its ACL leaves them out.",
            evidence=few(clear),
            confidence=capped("likely" if len(clear) > 2 else "possible", clear[0]),
            side="peer",
            configuration=access_list_lines(tunnel),
            next_steps=(_steps.show_access_list(tunnel), _steps.show_child(tunnel)),
            ask_peer=("Does your crypto ACL mirror ours, and is this traffic exempt from NAT on your side?",),
            count=len(clear),
            seen=tuple(clear),
        )
    entries = static_entries(tunnel)
    window = _quiet_window(tunnel)
    if tunnel.state != "down" or tunnel.negotiations or tunnel.events or lacking(tunnel) or window is None:
        return nothing(tunnel)
    if not entries:
        return CannotTell("the crypto map entry of this peer")
    return _never_started(tunnel, window)


def _never_started(tunnel: Tunnel, window: WindowFacts) -> Found:
    entry = static_entries(tunnel)[0]
    seconds = 0
    if window.opened_at and window.closed_at:
        seconds = round((window.closed_at - window.opened_at).total_seconds())
    during = f"in {seconds} s of debug" if seconds else "in the debug window"
    return Found(
        summary=f"Nothing started the tunnel {during}: no traffic is selected for it, or there is none",
        explanation="The configuration of this peer has its parts, neither end began a negotiation, and no key acquire "
        "came: either nobody sends, or what is sent misses the crypto ACL (NAT, networks, route).",
        evidence=few(entry.origin, access_list_lines(tunnel)),
        confidence="possible",
        side="local",
        alternatives=(
            Alternative(
                "peer-no-reply", "possible", "start traffic while a window is open: a first message must leave"
            ),
        ),
        configuration=map_lines(tunnel),
        next_steps=(
            _steps.read(
                _steps.packet_tracer(),
                "see whether a packet of the protected networks reaches the step VPN encrypt; run it twice",
            ),
            _steps.show_access_list(tunnel),
            _steps.read("show running-config nat", "see whether these networks are exempt from NAT"),
            _steps.read(f"show route {tunnel.peer}", "see that the peer is behind the interface of the crypto map"),
        ),
        ask_peer=("Is there traffic for us on your side, and does it start the tunnel?",),
    )


def _quiet_window(tunnel: Tunnel) -> WindowFacts | None:
    """A window that was open, saw all there was, and closed in order."""
    for window in tunnel.device.windows:
        if (
            window.opened_at
            and not window.refusal
            and not window.truncated
            and window.closed_by in ("time", "concluded")
        ):
            return window
    return None
