"""Lines that nothing of ours reads.

What you see
The report counts unread lines of a source; `ikediag explain --unread` lists them.

What it means
A message or a field of a release that we have not met, or text that is no device output. What depends on such lines
was not judged from them.

How to be sure
Look at the lines: do they speak of IKE or IPsec at all?

How to fix it
Nothing on the device. Report lines that matter, so that they will be read.

References
- Cisco ASA syslog messages guide
"""

from nornir_ikediag.causes._wording import few, join
from nornir_ikediag.model.device import Device
from nornir_ikediag.model.verdict import Cause, Found, RuledOut, Verdict

CAUSE = Cause(
    title="Lines that nothing reads",
    family="device",
    severity="info",
)

_FEW = 4


def match(device: Device) -> Verdict:
    """Any source with unread lines."""
    sources = [one for one in device.facts.sources if one.unread and not one.refused]
    if not sources:
        return RuledOut()
    counts = [f"{one.unread} of {one.lines} in {one.name}" for one in sources]
    more = f" and {len(counts) - _FEW} more sources" if len(counts) > _FEW else ""
    return Found(
        summary=f"Lines that nothing reads: {join(counts[:_FEW])}{more}",
        explanation="They were counted and left out. Nothing was concluded from them, nor from their absence.",
        evidence=few(line for one in sources for line in one.quoted),
        confidence="certain",
        side="unknown",
        count=sum(one.unread for one in sources),
    )
