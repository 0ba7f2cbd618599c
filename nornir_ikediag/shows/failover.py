"""`show failover`: which unit of a pair we are on, and when it last changed hands."""

import re
from typing import Any

from nornir_ikediag.model.facts import DeviceRole
from nornir_ikediag.shows._layout import Content, Show, Table

# The words behind `This host: Primary - ` (a user context: `This context: `). Any other state is no answer.
_ROLES: tuple[tuple[str, DeviceRole], ...] = (
    ("active", "active"),
    ("standby", "standby"),
    ("cold standby", "standby"),
    ("bulk sync", "standby"),
    ("sync config", "standby"),
    ("sync file system", "standby"),
    ("failed", "standby"),
)


def _read(table: Table) -> Content:
    device: dict[str, Any] = {}
    problem: str | None = None
    for row, origins in table.records():
        said = dict(zip(table.columns, row, strict=True))
        where = dict(zip(table.columns, origins, strict=True))
        if said["LAST_FAILOVER"]:
            device["last_failover"] = said["LAST_FAILOVER"]
        if said["STATE"]:
            device["role"] = _role(said["STATE"])
            device["role_origin"] = table.evidence(where["STATE"])
        elif said["FAILOVER"] == "Off":
            device["role"] = "standalone"
            device["role_origin"] = table.evidence(where["FAILOVER"])
        elif said["FAILOVER"] == "On":
            problem = "the output stops before it says which unit this is"
    return Content(device=device, problem=problem)


def _role(state: str) -> DeviceRole:
    words = state.lower()
    return next((role for start, role in _ROLES if words.startswith(start)), "unknown")


SHOW = Show(
    commands=("show failover", "show failover state"),
    starts=re.compile(r"\s*(?:Failover (?:On|Off)\b|State\s+Last Failure Reason|This (?:host|context)(?::|\s+-\s))"),
    reader=_read,
)
