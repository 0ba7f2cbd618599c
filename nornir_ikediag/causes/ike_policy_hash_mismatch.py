"""The IKE policies of the two ends differ in the hash (IKEv2: integrity) alone.

What you see
`Phase 1 failure: Mismatched attribute types for class Hash Alg`, then `All SA proposals found unacceptable`; in IKEv2
`Received Policies` and `Expected Policies` that differ in the integrity algorithm.

What it means
No hash stands in the policies of both ends. IKEv1 on the ASA knows md5 and sha only: a peer that offers SHA-2 is
printed as Unknown.

How to be sure
Compare the lists of both ends. In IKEv2 do not take the PRF for the integrity: they are separate lines of a policy.

How to fix it
Add a policy with the peer's hash, or let the peer add ours. Where the peer insists on SHA-2, move the tunnel to
IKEv2.

References
- RFC 2409 appendix A, RFC 7296 section 3.3.2
- asa-syslog: 713257, 713904, 750003
"""

from nornir_ikediag.causes._attempts import nothing
from nornir_ikediag.causes._policies import SYMPTOMS, one_attribute
from nornir_ikediag.model.tunnel import Tunnel
from nornir_ikediag.model.verdict import Cause, Verdict

CAUSE = Cause(
    title="The IKE policies differ in hash or integrity",
    family="phase1",
    severity="critical",
    needs=("log",),
    explains=SYMPTOMS,
)


def match(tunnel: Tunnel) -> Verdict:
    """Proposals refused, and the hash is all that differs between the closest pair."""
    return one_attribute(tunnel, "hash", "hash") or nothing(tunnel)
