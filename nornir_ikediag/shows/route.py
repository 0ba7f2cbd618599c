"""`show route X`: through which interface the peer is reached, or that there is no route to it."""

import ipaddress
import re

from nornir_ikediag.model.facts import RouteFacts
from nornir_ikediag.shows._layout import Content, Show, Table
from nornir_ikediag.shows._networks import network


def _read(table: Table) -> Content:
    """With a destination in the command, the one route that leads there; without, every route."""
    wanted = _destination(table.command)
    routes: list[RouteFacts] = []
    for row in table.rows():
        line = table.evidence(row["line"])
        if row["NO_ROUTE"]:
            routes.append(RouteFacts(destination=wanted or "unknown", interface=None, origin=line))
        else:
            reached = network(row["NETWORK"], row["MASK"]) if row["MASK"] else row["NETWORK"]
            routes.append(RouteFacts(destination=reached, interface=row["INTERFACE"], origin=line))
    if wanted is None:
        return Content(device={"routes": tuple(routes)} if routes else {})
    if not routes:
        return Content(problem=f"the output does not say how {wanted} is reached")
    best = max(routes, key=lambda route: _specific(route, wanted))
    found = RouteFacts(destination=wanted, interface=best.interface, origin=best.origin)
    return Content(device={"routes": (found,)})


def _destination(command: str) -> str | None:
    words = command.partition("|")[0].split()[2:]
    return next((word for word in words if re.fullmatch(r"\d+\.\d+\.\d+\.\d+|[0-9A-Fa-f:]*:[0-9A-Fa-f:]*", word)), None)


def _specific(route: RouteFacts, wanted: str) -> int:
    """How long the prefix is, if it holds what is wanted: in a table the longest one wins."""
    try:
        prefix = ipaddress.ip_network(route.destination)
        return prefix.prefixlen + 1 if ipaddress.ip_address(wanted) in prefix else 0
    except ValueError:
        return 0


SHOW = Show(
    commands=("show route", "show ipv6 route"),
    starts=re.compile(
        r"\s*(?:Routing entry for |% (?:Network|Subnet) not in table|Codes: .*connected|Gateway of last resort"
        r"|[SCORBDiLV]\*?\s+\d+\.\d+\.\d+\.\d+ \d+\.\d+\.\d+\.\d+ (?:\[\d+/\d+\] via|is directly))"
    ),
    reader=_read,
)
