"""`show crypto debug-condition`: whose debug is shown. Conditions hold for the box, so foreign ones are left alone."""

import re

from nornir_ikediag.shows._layout import Content, Show, Table


def _read(table: Table) -> Content:
    """Every line with a filter on it; `unmatched` and `error` count when they are ON. ON without a filter that we can
    read is a condition too."""
    column = {name: number for number, name in enumerate(table.columns)}
    filters: list[int] = []
    switched: list[int] = []
    for row, origins in table.records():
        filters += [origins[column[name]] for name in ("UNMATCHED", "FILTER") if row[column[name]]]
        if row[column["FLAG"]] == "ON":
            switched.append(origins[column["FLAG"]])
    return Content(device={"debug_conditions": tuple(table.evidence(line) for line in filters or switched)})


SHOW = Show(
    commands=("show crypto debug-condition",),
    starts=re.compile(r"\s*(?:Crypto conditional debug is turned|IKE debug context|IKE peer IP address filters)"),
    reader=_read,
    empty_means_none=True,
)
