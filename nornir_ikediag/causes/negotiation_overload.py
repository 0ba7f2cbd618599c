"""Too many half-open or simultaneous negotiations (call admission).

What you see
`SA request rejected due to CAC limit reached`, `Negotiating limit reached, deny SA request`, `local throttle-request
queue depth threshold reached`; many `Sending COOKIE challenge`.

What it means
Call admission control protects the box: as many negotiations as allowed are under way, after an outage when everybody
comes back at once, or because somebody floods UDP 500.

How to be sure
`show crypto ikev2 stats` and `show crypto isakmp sa` count SAs in negotiation; are they of known peers?

How to fix it
After an outage wait; the queue drains. Otherwise raise `crypto ikev2 limit max-in-negotiation-sa`, or filter the
source of the flood.

References
- RFC 7296 section 2.6 (cookies against floods)
- asa-syslog: 750004, 750009, 750010, 750003
"""

from nornir_ikediag.causes._box import said
from nornir_ikediag.causes._steps import read
from nornir_ikediag.causes._wording import after_colon, few
from nornir_ikediag.model.device import Device
from nornir_ikediag.model.event import EventKind
from nornir_ikediag.model.verdict import Cause, Found, RuledOut, Verdict

CAUSE = Cause(
    title="Too many negotiations at once",
    family="resource",
    severity="error",
    needs=("log",),
    explains=("tunnel-down", "tunnel-negotiating", "undetermined"),
)


def match(device: Device) -> Verdict:
    """The device refuses for call admission. A cookie challenge by itself is how it copes."""
    refused = said(device, EventKind.ADMISSION_REFUSED)
    if not refused:
        return RuledOut()
    last = refused.events[-1]
    return Found(
        summary=f"The device refuses tunnels: too many negotiations at once{after_colon(last.get('reason'))}",
        explanation="Call admission control allows so many negotiations under way, and they are used up.",
        evidence=few(tuple(reversed(refused.events))),
        confidence="certain" if last.trust != "supposed" else "likely",
        side="local",
        next_steps=(
            read("show crypto ikev2 stats", "see how many SAs are in negotiation and how many were refused"),
            read("show running-config crypto | include limit", "see the configured limits"),
            read("show crypto isakmp sa | include WAIT", "see whose negotiations hang"),
        ),
        count=len(refused.events),
        seen=refused.events,
        peers=refused.peers,
    )
