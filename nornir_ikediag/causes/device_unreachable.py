"""The device could not be reached.

What you see
No SSH session: the name does not resolve, the connection is refused or times out, the key exchange or the host key
fails.

What it means
Nothing was read, so nothing can be said about its tunnels. A device that is down takes its tunnels with it.

How to be sure
Ping and open the same port by hand from the same machine.

How to fix it
Address and port in the inventory, route, management access (`ssh … inside`), the limit of five SSH sessions, host key.

References
- Cisco ASA command reference, `ssh`
- RFC 4253 (SSH transport)
"""

from nornir_ikediag.causes._steps import read
from nornir_ikediag.causes._wording import own_words
from nornir_ikediag.model.device import Device
from nornir_ikediag.model.evidence import Evidence
from nornir_ikediag.model.verdict import Cause, Found, RuledOut, Verdict

CAUSE = Cause(
    title="The device could not be reached",
    family="device",
    severity="error",
)


def match(device: Device) -> Verdict:
    """The collector found no way in."""
    facts = device.facts
    if facts.status != "unreachable" and facts.problem_cause != "device-unreachable":
        return RuledOut()
    return Found(
        summary=own_words(facts) or f"{facts.name} could not be reached",
        explanation="Nothing was read from this device, so none of its tunnels was judged.",
        evidence=(Evidence(f"ssh {facts.host or facts.name}", 1, facts.problem or facts.status),),
        confidence="certain",
        side="path",
        next_steps=(read(f"ssh {facts.host or facts.name}", "see from here whether anything answers at that address"),),
    )
