"""`show cluster info`: only the control node of a cluster holds VPN."""

import re

from nornir_ikediag.model.facts import DeviceRole
from nornir_ikediag.shows._layout import Content, Show, Table

# 9.19 renamed the nodes; other states (ELECTION, ONCALL, DISABLED) are neither.
_ROLES: dict[str, DeviceRole] = {
    "MASTER": "control",
    "CONTROL_NODE": "control",
    "SLAVE": "data",
    "DATA_NODE": "data",
}


def _read(table: Table) -> Content:
    problem = None
    for row, origins in table.records():
        said = dict(zip(table.columns, row, strict=True))
        if said["STATE"]:
            role = _ROLES.get(said["STATE"].upper().removesuffix("_BULK_SYNC"), "unknown")
            line = origins[table.columns.index("STATE")]
            return Content(device={"role": role, "role_origin": table.evidence(line)})
        if said["CLUSTER"] == "On":
            problem = "the output stops before it says which node this is"
    return Content(problem=problem)


SHOW = Show(
    commands=("show cluster info",),
    starts=re.compile(r"\s*(?:Cluster \S+: (?:On|Off)\s*(?:\n|$)|Clustering is not )"),
    reader=_read,
)
