"""`show logging setting`: whether debugs go to syslog (711001) instead of to the session that asks for them."""

import re

from nornir_ikediag.shows._layout import Content, Show, Table


def _read(table: Table) -> Content:
    lines = [row["line"] for row in table.rows() if row["DEBUG_TRACE"] == "enabled"]
    return Content(device={"debug_to_syslog": table.evidence(lines[0])} if lines else {})


SHOW = Show(
    commands=("show logging", "show logging setting"),
    starts=re.compile(r"\s*(?:Syslog logging: |Debug-trace logging: )"),
    reader=_read,
)
