"""The encryption asked for is not licensed on this device.

What you see
A line that the algorithm needs a licence (`VPN-3DES-AES`), or that IKEv2 encryption is not strong enough for the IPsec
proposal; `show version` says `Encryption-3DES-AES : Disabled`.

What it means
Without the strong encryption licence, which costs nothing, the device speaks DES only, and a peer that asks for AES is
refused.

How to be sure
`show version | include Encryption` or `show license`.

How to fix it
Install the activation key for VPN-3DES-AES (export rules apply), then build the tunnel again.

References
- Cisco ASA licensing guide, strong encryption (3DES/AES)
- asa-syslog: 713239, 750011
"""

from nornir_ikediag.causes._box import said
from nornir_ikediag.causes._steps import read
from nornir_ikediag.causes._wording import after_colon, few
from nornir_ikediag.model.device import Device
from nornir_ikediag.model.event import EventKind
from nornir_ikediag.model.verdict import Cause, Found, RuledOut, Verdict

CAUSE = Cause(
    title="The encryption is not licensed",
    family="resource",
    severity="critical",
    needs=("log",),
    explains=(
        "ike-policy-encryption-mismatch", "ike-policy-mismatch", "ipsec-transform-mismatch", "tunnel-down",
        "tunnel-negotiating", "phase2-missing", "undetermined",
    ),
)  # fmt: skip


def match(device: Device) -> Verdict:
    """The device refuses an algorithm for lack of a licence."""
    refused = said(device, EventKind.LICENCE_MISSING)
    if not refused:
        return RuledOut()
    last = refused.events[-1]
    return Found(
        summary=f"The encryption asked for is not licensed on this device{after_colon(last.get('algorithm'))}",
        explanation="The proposals may agree; this device may not use what they agree on.",
        evidence=few(tuple(reversed(refused.events))),
        confidence="certain" if last.trust != "supposed" else "likely",
        side="local",
        next_steps=(
            read("show version | include Encryption", "see whether 3DES-AES is enabled"),
            read("show license features", "the same on devices with smart licensing"),
        ),
        count=len(refused.events),
        seen=refused.events,
        peers=refused.peers,
    )
