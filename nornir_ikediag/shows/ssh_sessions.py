"""`show ssh sessions`: who is logged in; each session takes one of the five places."""

import re

from nornir_ikediag.shows._layout import Content, Show, Table


def _read(table: Table) -> Content:
    lines = [row["line"] for row in table.rows() if row["SESSION_ID"] and row["CLIENT"] and row["USERNAME"]]
    if not lines:
        return Content(problem="the output names no session, not even the one that asked")
    return Content(device={"ssh_sessions": tuple(table.evidence(line) for line in lines)})


SHOW = Show(commands=("show ssh sessions",), starts=re.compile(r"\s*SID\s+Client IP\s"), reader=_read)
