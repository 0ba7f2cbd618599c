"""`show clock`: the device's own time, which gives log lines without a year theirs."""

import re
from datetime import datetime

from nornir_ikediag.shows._layout import Content, Show, Table


def _read(table: Table) -> Content:
    for row in table.rows():
        printed = f"{row['YEAR']} {row['MONTH']} {row['DAY']} {row['TIME']}"
        try:
            time = datetime.strptime(printed, "%Y %b %d %H:%M:%S")  # the zone's name says nothing
        except ValueError:
            break
        return Content(device={"device_time": time})
    return Content(problem="the output is not a time")


SHOW = Show(
    commands=("show clock",),
    starts=re.compile(r"\s*[*.]?\d\d:\d\d:\d\d\.\d+ \S+ [A-Z][a-z]{2} [A-Z][a-z]{2} \d+ \d{4}\s*(?:\n|$)"),
    reader=_read,
)
