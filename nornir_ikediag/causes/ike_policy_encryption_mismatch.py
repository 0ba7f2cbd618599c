"""The IKE policies of the two ends differ in encryption alone.

What you see
`Phase 1 failure: Mismatched attribute types for class Encryption Alg` (or `Key Length`), then `All SA proposals found
unacceptable`; in IKEv2 `Received Policies` and `Expected Policies` whose ciphers have nothing in common.

What it means
No cipher, or no key length of AES, stands in the policies of both ends. Phase 1 ends at its first message.

How to be sure
Compare the lists of both ends. IKEv1 prints one attribute a comparison, so look at the whole policy; AES with 128 and
with 256 bits are two ciphers.

How to fix it
Add a policy with the peer's cipher, or let the peer add ours. Prefer the stronger one. Other peers keep their
policies: the list is tried in order of its numbers.

References
- RFC 2409 appendix A, RFC 7296 section 3.3.2
- Cisco document 81824, "Most Common L2L and Remote Access IPsec VPN Troubleshooting Solutions"
- asa-syslog: 713257, 713904, 750003
"""

from nornir_ikediag.causes._attempts import nothing
from nornir_ikediag.causes._policies import SYMPTOMS, one_attribute
from nornir_ikediag.model.tunnel import Tunnel
from nornir_ikediag.model.verdict import Cause, Verdict

CAUSE = Cause(
    title="The IKE policies differ in encryption",
    family="phase1",
    severity="critical",
    needs=("log",),
    explains=SYMPTOMS,
)


def match(tunnel: Tunnel) -> Verdict:
    """Proposals refused, and encryption is all that differs between the closest pair."""
    return one_attribute(tunnel, "encryption", "encryption") or nothing(tunnel)
