"""We decrypt and send nothing back.

What you see
`#pkts decaps` counts and `#pkts encaps` stays at 0 for the same networks, longer than a passing moment.

What it means
The peer's packets arrive and are decrypted. The answers do not go into the tunnel here: the inside host or its
gateway does not answer, NAT changes them first, the route leads elsewhere, or an earlier crypto map entry takes them.

How to be sure
`packet-tracer input <inside> …` for an answer packet must end in `Type: VPN Subtype: encrypt` with this peer.

How to fix it
Mend the route or the NAT exemption on this side, or the host.

References
- Cisco document 81824, counters of `show crypto ipsec sa`, NAT exemption
"""

from nornir_ikediag.causes import _steps
from nornir_ikediag.causes._configured import access_list_lines
from nornir_ikediag.causes._counters import DECAPS, ENCAPS, gravity, line_of, networks, one_way, volume
from nornir_ikediag.causes._wording import few
from nornir_ikediag.model.tunnel import Tunnel
from nornir_ikediag.model.verdict import Alternative, Cause, Found, RuledOut, Verdict

CAUSE = Cause(
    title="We decrypt and send nothing back",
    family="data-path",
    severity="warning",
    needs=("crypto_ipsec_sa", "vpn_sessiondb"),
)


def match(tunnel: Tunnel) -> Verdict:
    """Packets counted in and none out, on a child SA that is old enough to know."""
    silent = one_way(tunnel, DECAPS, ENCAPS)
    if not silent:
        return RuledOut()
    child = silent[0]
    return Found(
        summary=f"{volume(child, DECAPS)} were decrypted and none was sent back{networks(child)}",
        explanation="Both SAs are up and the peer sends. The answers do not reach the tunnel on this side.",
        evidence=few(*(line_of(one, ENCAPS, DECAPS) for one in silent)),
        confidence="certain" if child.sas else "likely",
        side="local",
        severity=max((gravity(tunnel, one, DECAPS) for one in silent), key=lambda one: one == "error"),
        selectors=child.selectors,
        alternatives=(
            Alternative("crypto-map-order", "possible", "`packet-tracer` shows the entry that an answer packet takes"),
        ),
        configuration=access_list_lines(tunnel),
        next_steps=(
            _steps.read(
                _steps.packet_tracer(child.selectors, 0),
                "see which step an answer reaches: NAT, route, VPN encrypt; run it twice",
            ),
            _steps.read("show running-config nat", "see whether the protected networks are exempt from NAT"),
            _steps.show_child(tunnel, "see whether encaps still stand still"),
        ),
        count=len(silent),
    )
