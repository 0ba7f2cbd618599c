"""We have no usable certificate of our own to authenticate with.

What you see
`Failed to retrieve identity certificate`, `no trust-point defined in tunnel-group`, `Unable to find the requested
certificate`, `No identity cert specified`; in IKEv2 `No certificate found`, `Local certificate has expired`.

What it means
The tunnel authenticates by certificates, and the trustpoint that the tunnel-group or the crypto map names does not
exist, is not enrolled, has expired, or is not under the CA that the peer asks for.

How to be sure
`show crypto ca certificates` lists the identity certificates with their validity and trustpoint. Check the clock too.

How to fix it
Enrol the trustpoint, or name the right one in the tunnel-group (`trust-point`) and, as initiator, in the crypto map
entry.

References
- RFC 4945 (use of certificates in IKE)
- asa-syslog: 713082, 713083, 713098, 713226, 713243, 750003
"""

from nornir_ikediag.causes import _steps
from nornir_ikediag.causes._attempts import failed_with, nothing
from nornir_ikediag.causes._configured import group_lines, map_lines
from nornir_ikediag.causes._findings import found
from nornir_ikediag.causes._wording import after_colon
from nornir_ikediag.model.event import EventKind
from nornir_ikediag.model.tunnel import Tunnel
from nornir_ikediag.model.verdict import Cause, Verdict

CAUSE = Cause(
    title="We have no usable certificate of our own",
    family="authentication",
    severity="critical",
    needs=("log",),
    explains=(
        "authentication-failed", "authentication-timeout", "deleted-by-peer", "tunnel-down", "tunnel-negotiating",
        "packet-malformed", "rekey-failed", "tunnel-flapping", "undetermined",
    ),
)  # fmt: skip


def match(tunnel: Tunnel) -> Verdict:
    """The device says that it lacks its own certificate."""
    said = failed_with(tunnel, EventKind.CERTIFICATE_MISSING)
    if not said:
        return nothing(tunnel)
    _, event = said[0]
    group = _steps.group_name(tunnel)
    return found(
        said,
        summary=f"We have no usable certificate of our own{after_colon(event.get('reason'))}",
        explanation="Our certificate is to authenticate us, and the device found none that it may use.",
        confidence="certain",
        side="local",
        configuration=group_lines(tunnel) + map_lines(tunnel),
        next_steps=(
            _steps.read("show crypto ca certificates", "see our identity certificates, their validity and trustpoints"),
            _steps.show_group(tunnel, "see which trustpoint the tunnel-group names"),
            _steps.read("show clock", "see that the clock is right: a certificate is judged by it"),
            _steps.change(f"tunnel-group {group} ipsec-attributes", "the tunnel-group of this peer"),
            _steps.change(
                "ikev2 local-authentication certificate <trustpoint>"
                if _steps.version_of(tunnel) == 2
                else f"{_steps.attribute_prefix(tunnel)}trust-point <trustpoint>",
                "authenticates us to this peer with that trustpoint; the peer must trust its CA",
            ),
        ),
        ask_peer=("Which CA must our certificate come from for your end to accept it?",),
    )
