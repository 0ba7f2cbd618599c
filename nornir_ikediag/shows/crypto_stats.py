"""`show crypto ikev1|ikev2|ipsec stats`: counters of the whole box, of which only differences mean anything."""

import re

from nornir_ikediag.shows._layout import Content, Show, Table


def _read(table: Table) -> Content:
    """Each counter as `ikev1: Initiator Fails`, under its heading where there is one: `ipsec: Inbound Packets`."""
    statistics: dict[str, int] = {}
    for row in table.rows():
        protocol = row["PROTOCOL"].lower().replace("isakmp", "ikev1")
        protocol = "ikev1" if protocol == "ike" else protocol or "unknown"
        statistics[f"{protocol}: {' '.join(filter(None, (row['GROUP'], row['NAME'])))}"] = int(row["NUMBER"])
    return Content(statistics=statistics, problem=None if statistics else "the output holds no counter")


SHOW = Show(
    commands=(
        "show crypto isakmp stats",
        "show crypto ikev1 stats",
        "show crypto ikev2 stats",
        "show crypto ipsec stats",
        "show isakmp stats",
        "show ipsec stats",
    ),
    starts=re.compile(r"\s*(?:Global (?:IKEv?[12]?|ISAKMP) Statistics|IPsec Global Statistics)", re.IGNORECASE),
    reader=_read,
)
