"""`show curpriv`: the privilege level that we have."""

import re

from nornir_ikediag.shows._layout import Content, Show, Table


def _read(table: Table) -> Content:
    for row in table.rows():
        return Content(device={"privilege_level": int(row["LEVEL"])})
    return Content(problem="the output names no privilege level")


SHOW = Show(
    commands=("show curpriv",),
    starts=re.compile(r"\s*(?:Username\s*:\s*\S+\s*\n\s*Current privilege level|Current privilege level\s*:)"),
    reader=_read,
)
