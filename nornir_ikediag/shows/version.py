"""`show version`: the release, the hardware, how long it has been up and when its configuration last changed."""

import re
from typing import Any

from nornir_ikediag.shows._layout import Content, Show, Table

_DURATION = re.compile(r"(\d+)\s+(year|day|hour|min|sec)")
_SECONDS = {"year": 365 * 86_400, "day": 86_400, "hour": 3_600, "min": 60, "sec": 1}


def _read(table: Table) -> Content:
    device: dict[str, Any] = {}
    for row, origins in table.records():
        said = dict(zip(table.columns, row, strict=True))
        where = dict(zip(table.columns, origins, strict=True))
        if said["SOFTWARE"]:
            device["software"] = said["SOFTWARE"]
        if said["HARDWARE"]:
            device["hardware"] = said["HARDWARE"]
        if said["UPTIME"]:
            device["uptime_seconds"] = sum(int(n) * _SECONDS[unit] for n, unit in _DURATION.findall(said["UPTIME"]))
        if said["CHANGED"]:
            device["configuration_changed"] = said["CHANGED"]
            device["configuration_changed_origin"] = table.evidence(where["CHANGED"])
    return Content(device=device)


SHOW = Show(
    commands=("show version",),
    starts=re.compile(r"\s*Cisco (?:Adaptive Security Appliance|PIX Security Appliance|Firepower).* Version "),
    reader=_read,
)
