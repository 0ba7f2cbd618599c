"""Negotiations as a person reads them: a peer that tries every eight seconds for hours, to no other end each time, is
one line. The JSON report keeps every one."""

from collections.abc import Iterable
from typing import NamedTuple

import msgspec

from nornir_ikediag.model.report import ReportNegotiation

# What tells apart attempts that a reader would call the same.
_OWN = {"id": "", "cookies": None, "started_at": None, "ended_at": None}


class Run(NamedTuple):
    """Attempts of one peer that follow each other and do not differ but in their time."""

    first: ReportNegotiation
    last: ReportNegotiation
    times: int


def runs(negotiations: Iterable[ReportNegotiation]) -> list[Run]:
    """In the order in which they began. What another peer did in between ends no run."""
    found: list[Run] = []
    latest: dict[tuple[str | None, str | None], tuple[int, ReportNegotiation]] = {}
    for one in negotiations:
        whose, like = (one.peer, one.username), msgspec.structs.replace(one, **_OWN)
        place, before = latest.get(whose, (-1, None))
        if like == before:
            found[place] = Run(found[place].first, one, found[place].times + 1)
        else:
            latest[whose] = len(found), like
            found.append(Run(one, one, 1))
    return found
