"""An expected tunnel has no SA, or traffic wants it and it has none.

What you see
The peer is missing from `show crypto isakmp sa` and `show crypto ipsec sa`, though it is configured and somebody asked
for it, it should always be up, or its attempts fail.

What it means
This is the symptom. Where the log tells why, the cause stands in its place; where it does not, nothing was logged or
no debug was read.

How to be sure
Send traffic of the protected networks and open a debug window at this peer: within 40 s an attempt either succeeds or
says where it ends.

How to fix it
Follow the cause that the window shows. Without any attempt look at crypto ACL, NAT exemption and route.

References
- Cisco document 81824, "Most Common L2L and Remote Access IPsec VPN Troubleshooting Solutions"
"""

from nornir_ikediag.causes import _steps
from nornir_ikediag.causes._configured import map_lines
from nornir_ikediag.causes._state import ANY_SA, absence, is_expected_up, last_words
from nornir_ikediag.causes._wording import plural
from nornir_ikediag.model.negotiation import UNKNOWN_PEER
from nornir_ikediag.model.tunnel import Tunnel
from nornir_ikediag.model.verdict import CannotTell, Cause, Found, RuledOut, Step, Verdict

CAUSE = Cause(
    title="A tunnel that is wanted has no SA",
    family="state",
    severity="critical",
    needs=("crypto_isakmp_sa", "crypto_ipsec_sa"),
)


def match(tunnel: Tunnel) -> Verdict:
    """Down as `assemble` defines it: no SA, and somebody wants one; or idle although it is expected to be up."""
    if tunnel.state == "unknown":
        return CannotTell(ANY_SA)
    if tunnel.peer == UNKNOWN_PEER and not tunnel.negotiations:
        return RuledOut()  # a line that names nobody is about some tunnel; of none of them it tells that it is down
    expected = is_expected_up(tunnel)
    if tunnel.state == "idle" and not expected and _has_entry(tunnel) and not tunnel.negotiations and not tunnel.events:
        return _configured_and_quiet(tunnel)
    if tunnel.state != "down" and not (tunnel.state == "idle" and expected):
        return RuledOut()
    if tunnel.kind == "remote-access" and not expected:
        return RuledOut()  # a user who did not get in is no tunnel that should be up
    failed = len(tunnel.failures)
    when = "%b %d %H:%M:%S" if tunnel.device.clock_year_assumed else "%Y-%m-%d %H:%M:%S"
    since = f" since {tunnel.since.strftime(when)}" if tunnel.since else ""
    why = f"; {plural(failed, 'attempt')} failed" if failed else "; no attempt was seen"
    words = last_words(tunnel)
    evidence = words or absence(tunnel)
    unknown_here = not (tunnel.negotiations or tunnel.events or _is_configured(tunnel))
    return Found(
        summary=f"No SA with this peer{since}{why}" + ("; nothing here names it" if unknown_here else ""),
        explanation="Nothing that was read says why. Only a debug of an attempt, at one of the two ends, can."
        + (" A line quoted here ends an output in which the peer is not to be found." if evidence and not words else "")
        + (" No SA, log line or configuration of this device names it: is that how it is called here?" * unknown_here),
        evidence=evidence,
        confidence="possible" if unknown_here else "certain",
        side="unknown",
        configuration=map_lines(tunnel),
        next_steps=_next_steps(tunnel),
        ask_peer=("What does your log say about our attempts, and do you see our packets at all?",),
    )


def _configured_and_quiet(tunnel: Tunnel) -> Found:
    """A note, and no more: tunnels of a crypto map come up on traffic, and are meant to be down without; so is one
    whose tunnel interface is shut down."""
    shut = bool(tunnel.interfaces)  # else it comes up by itself, and is down
    return Found(
        summary="Configured and without an SA; "
        + ("its tunnel interface is shut down" if shut else "nothing shows that traffic wants one"),
        explanation="A tunnel interface comes up by itself once it is not shut down."
        if shut
        else "A tunnel of a crypto map comes up with the first packet for it. If there is such traffic, it does not "
        "reach the crypto map here.",
        evidence=absence(tunnel) or last_words(tunnel),
        confidence="certain",
        side="unknown",
        severity="info",
        configuration=map_lines(tunnel),
        next_steps=_next_steps(tunnel),
    )


def _has_entry(tunnel: Tunnel) -> bool:
    return tunnel.configuration is not None and bool(tunnel.configuration.crypto_maps)


def _is_configured(tunnel: Tunnel) -> bool:
    """Whether the configuration names the peer; True where none was read, for then it may."""
    if tunnel.configuration is None:
        return True
    return _has_entry(tunnel) or tunnel.configuration.tunnel_group is not None


def _next_steps(tunnel: Tunnel) -> tuple[Step, ...]:
    steps = (
        _steps.show_ike_sa(tunnel, "see whether an attempt is under way"),
        _steps.show_logging(tunnel),
    )
    if not _has_entry(tunnel) and not _steps.names_address(tunnel):
        return steps  # a user or a tunnel-group has neither route nor crypto map entry
    return (
        *steps,
        _steps.read(f"show route {tunnel.peer}", "see that there is a route, and through which interface"),
        _steps.read(
            _steps.packet_tracer(),
            "start the tunnel and see which step a packet of the protected networks reaches; run it twice",
        ),
        _steps.show_map(tunnel),
    )
