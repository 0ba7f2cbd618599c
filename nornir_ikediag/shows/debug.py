"""`show debug`: which crypto debugs are on in this session. No output says that none is."""

import re

from nornir_ikediag.shows._layout import Content, Show, Table


def _read(table: Table) -> Content:
    lines = [row["line"] for row in table.rows() if re.match(r"debug\s+crypto\s", row["DEBUG"])]
    return Content(device={"debug_on": tuple(table.evidence(line) for line in lines)})


SHOW = Show(
    commands=("show debug",),
    starts=re.compile(r"\s*debug \S+.* enabled at level \d"),
    reader=_read,
    empty_means_none=True,
)
