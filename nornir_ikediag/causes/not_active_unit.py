"""This unit is the standby of a failover pair, or a data unit of a cluster.

What you see
`This host: … Standby Ready` in `show failover`, MM_STANDBY or AM_STANDBY in the list of IKE SAs, `Attempt to send an
IKE packet from standby unit. Dropping the packet!`

What it means
Only the active unit speaks IKE; a cluster holds its VPN on the control unit. What this unit shows are copies, and a
debug here shows nothing.

How to be sure
`show failover | include This host`, `show cluster info`.

How to fix it
Nothing. Ask the active unit.

References
- Cisco ASA configuration guide, failover for VPN
- asa-syslog: 713235
"""

from nornir_ikediag.causes._box import said
from nornir_ikediag.causes._steps import read
from nornir_ikediag.causes._wording import few
from nornir_ikediag.model.device import Device
from nornir_ikediag.model.event import EventKind
from nornir_ikediag.model.verdict import Cause, Found, RuledOut, Verdict

CAUSE = Cause(
    title="This is not the active unit",
    family="device",
    severity="info",
    needs=("failover", "cluster_info"),
    explains=("tunnel-down", "tunnel-negotiating", "phase2-missing", "undetermined"),
)


def match(device: Device) -> Verdict:
    """The unit says so itself, in its state or by dropping what a standby must not send."""
    dropped = said(device, EventKind.STANDBY_DROPPED)
    role = device.facts.role
    if role not in ("standby", "data") and (not dropped or role in ("active", "standalone", "control")):
        return RuledOut()
    what = "a data unit of a cluster" if role == "data" else "the standby unit of a failover pair"
    where = "control" if role == "data" else "active"
    return Found(
        summary=f"This is {what}: its tunnels are to be judged on the {where} unit",
        explanation="A unit that is not active neither builds nor keeps tunnels; it holds copies of the SAs.",
        evidence=few(device.facts.role_origin, dropped.events),
        confidence="certain",
        side="local",
        next_steps=(read("show failover" if role != "data" else "show cluster info", f"see which unit is {where}"),),
    )
