"""`show interface ip brief` and `show interface`: which interfaces are up."""

import re

from nornir_ikediag.model.facts import InterfaceFacts
from nornir_ikediag.shows._layout import Content, Show, Table


def _read(table: Table) -> Content:
    interfaces = tuple(
        InterfaceFacts(
            name=row["NAME"],
            line_up=row["STATUS"] == "up",
            protocol_up=row["PROTOCOL"] == "up",
            origin=table.evidence(row["line"]),
            nameif=row["NAMEIF"] or None,
            address=row["ADDRESS"] or None,
        )
        for row in table.rows()
    )
    return Content(
        device={"interfaces": interfaces} if interfaces else {},
        problem=None if interfaces else "the output names no interface",
    )


SHOW = Show(
    commands=("show interface", "show interface ip brief"),
    starts=re.compile(r'\s*(?:Interface\s+IP-Address\s+OK\?|Interface \S+ "[^"]*", is )'),
    reader=_read,
)
