"""The IKEv2 policies of the two ends differ in the PRF alone.

What you see
`Received Policies` and `Expected Policies` that agree in encryption, integrity and group and differ in the second
word, the pseudo-random function; then `Failed to find a matching policy`.

What it means
The PRF derives the keys and is negotiated on its own. Many devices tie it to the integrity algorithm, while the ASA's
default is sha.

How to be sure
Both lists are printed in full at the end that refuses. `show running-config crypto ikev2` shows our `prf` lines.

How to fix it
Set `prf` in our policy to what the peer offers, beside the present one (a policy may list several), or let the peer
add ours.

References
- RFC 7296 sections 2.13 and 3.3.2
- asa-syslog: 750003
"""

from nornir_ikediag.causes._attempts import nothing
from nornir_ikediag.causes._policies import SYMPTOMS, one_attribute
from nornir_ikediag.model.tunnel import Tunnel
from nornir_ikediag.model.verdict import Cause, Verdict

CAUSE = Cause(
    title="The IKEv2 policies differ in PRF",
    family="phase1",
    severity="critical",
    needs=("log",),
    explains=SYMPTOMS,
)


def match(tunnel: Tunnel) -> Verdict:
    """Proposals refused, and the PRF is all that differs between the closest pair."""
    return one_attribute(tunnel, "prf", "PRF") or nothing(tunnel)
