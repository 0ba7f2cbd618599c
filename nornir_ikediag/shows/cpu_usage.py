"""`show cpu usage`: the load over one minute, which decides whether a debug window is opened."""

import math
import re

from nornir_ikediag.shows._layout import Content, Show, Table


def _read(table: Table) -> Content:
    """In a context this is the context's share: the box's load is not visible there."""
    for row in table.rows():
        return Content(device={"cpu_one_minute_percent": math.ceil(float(row["ONE_MINUTE"]))})
    return Content(problem="the output does not say how busy the CPU is")


SHOW = Show(
    commands=("show cpu", "show cpu usage"),
    starts=re.compile(r"\s*CPU utilization for 5 seconds"),
    reader=_read,
)
