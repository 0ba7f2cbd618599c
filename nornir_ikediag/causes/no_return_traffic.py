"""We encrypt and nothing comes back.

What you see
`#pkts encaps` counts and `#pkts decaps` stays at 0 for the same networks, longer than a passing moment.

What it means
Our packets leave encrypted. Either the peer does not get them (ESP, or UDP 4500 with NAT, is blocked on the way), or
it does not send the answers into the tunnel: its route, its NAT exemption, its crypto ACL; or there is nobody to
answer. Syslog, traps and the like are one-way by nature.

How to be sure
The peer's `#pkts decaps` for these networks: if it counts, the answers go astray at the peer; if not, the path drops
ESP. A capture on our outside interface shows whether ESP comes in.

How to fix it
With the peer: route back, NAT exemption, filter. On the path: allow ESP (IP protocol 50) or UDP 4500 both ways.

References
- Cisco document 81824, counters of `show crypto ipsec sa`
- RFC 4303 (ESP), RFC 3948 (UDP encapsulation of ESP)
"""

from nornir_ikediag.causes import _steps
from nornir_ikediag.causes._configured import access_list_lines
from nornir_ikediag.causes._counters import DECAPS, ENCAPS, gravity, line_of, networks, one_way, volume
from nornir_ikediag.causes._wording import few
from nornir_ikediag.model.tunnel import Tunnel
from nornir_ikediag.model.verdict import Alternative, Cause, Found, RuledOut, Verdict

CAUSE = Cause(
    title="We encrypt and nothing comes back",
    family="data-path",
    severity="warning",
    needs=("crypto_ipsec_sa", "vpn_sessiondb"),
)


def match(tunnel: Tunnel) -> Verdict:
    """Packets counted out and none in, on a child SA that is old enough to know."""
    silent = one_way(tunnel, ENCAPS, DECAPS)
    if not silent:
        return RuledOut()
    child = silent[0]
    return Found(
        summary=f"{volume(child, ENCAPS)} were encrypted and none came back{networks(child)}",
        explanation="Both SAs are up and our side sends. The return traffic is lost at the peer or on the way.",
        evidence=few(*(line_of(one, DECAPS, ENCAPS) for one in silent)),
        confidence="certain" if child.sas else "likely",
        side="unknown",
        severity=max((gravity(tunnel, one, ENCAPS) for one in silent), key=lambda one: one == "error"),
        selectors=child.selectors,
        alternatives=(
            Alternative("traffic-not-selected", "possible", "the peer's decaps count, and its encaps do not"),
            Alternative("spi-desynchronised", "possible", "our outbound SPI is not among the peer's inbound ones"),
        ),
        configuration=access_list_lines(tunnel),
        next_steps=(
            _steps.show_child(tunnel, "see whether decaps still stand still"),
            _steps.read("show asp drop", "see whether the device itself drops what comes in"),
        ),
        ask_peer=(
            "Do your decaps count for these networks? If they do, do your encaps?",
            "Are the route back and the NAT exemption in place at your end?",
        ),
        count=len(silent),
    )
