"""What the counters of child SAs prove.

Counters are the device's own names without the ``#``. They are totals since the SA was made, so a total says little and
a growth between two reads more; and a growth is one only where networks and both SPIs are the same, for a rekey
begins anew and a cleared counter falls. Thresholds: a handful of anything is normal while a tunnel is built or rekeyed,
so an error counts from ``FEW`` packets and a share of the traffic; and a direction that is silent for seconds proves
nothing, because syslog, traps and the first packets of a session go one way.
"""

from dataclasses import dataclass

from nornir_ikediag.causes._state import age_seconds
from nornir_ikediag.model.evidence import Evidence
from nornir_ikediag.model.sa import ChildSa
from nornir_ikediag.model.tunnel import Tunnel
from nornir_ikediag.model.verdict import Severity

FEW = 10
SHARE = 0.001  # one packet in a thousand
_MANY, _MANY_BYTES = 100, 10_000
YOUNG_SECONDS = 300  # nobody tries in vain for longer without complaining
LASTING_SECONDS = 3600
_DEFAULT_LIFETIME_SECONDS = 28800  # of a child SA (Cisco ASA command reference)

ENCAPS, DECAPS = "pkts encaps", "pkts decaps"
_OF_SESSION = {ENCAPS: "bytes tx", DECAPS: "bytes rx"}  # all that a short `show vpn-sessiondb` counts


@dataclass(frozen=True, slots=True)
class Trouble:
    """Counters of one child SA that speak of trouble: their sum, how much of it is new, and their lines."""

    child: ChildSa
    total: int
    growth: int | None
    evidence: tuple[Evidence, ...]
    names: tuple[str, ...]


def growth(tunnel: Tunnel, child: ChildSa) -> dict[str, int] | None:
    """How much each counter grew since the earlier read; None where there is none that compares."""
    for earlier in tunnel.before.child_sas if tunnel.before else ():
        same = earlier.selectors == child.selectors and earlier.spi_in == child.spi_in
        if same and earlier.spi_out == child.spi_out and earlier.spi_in is not None:
            grown = {
                name: value - earlier.counters[name]
                for name, value in child.counters.items()
                if name in earlier.counters
            }
            return grown if all(value >= 0 for value in grown.values()) else None
    return None


def age_of(tunnel: Tunnel, child: ChildSa) -> int | None:
    """How long this child SA has been there at least, as far as lifetimes tell."""
    configured = [
        entry.lifetime_seconds for entry in (tunnel.configuration.crypto_maps if tunnel.configuration else ())
    ]
    lifetime = next((seconds for seconds in configured if seconds), _DEFAULT_LIFETIME_SECONDS)
    left = [sa.remaining_seconds for sa in child.sas if sa.remaining_seconds is not None and not sa.rekeyed]
    if left and max(left) <= lifetime:
        return lifetime - max(left)
    ages = [age for sa in tunnel.ike_sas if (age := age_seconds(sa)) is not None]
    ages = ages or [one.duration_seconds for one in tunnel.sessions if one.duration_seconds is not None]
    return min(ages) if ages else None


def one_way(tunnel: Tunnel, busy: str, silent: str) -> tuple[ChildSa, ...]:
    """The child SAs that count packets one way and none the other, for longer than a passing moment. While a rekey runs
    the counters may have begun anew, so it is left alone."""
    return tuple(child for child in tunnel.child_sas if _is_one_way(tunnel, child, busy, silent))


def gravity(tunnel: Tunnel, child: ChildSa, busy: str) -> Severity:
    """Error when it lasts: it was the same in an earlier run, or for an hour and packets still come."""
    earlier = tunnel.previous.child_sas if tunnel.previous else ()
    other = DECAPS if busy == ENCAPS else ENCAPS
    if any(one.selectors == child.selectors and one.counters.get(other) == 0 for one in earlier):
        return "error"
    age, grown = age_of(tunnel, child), growth(tunnel, child)
    return "error" if age is not None and age >= LASTING_SECONDS and grown and grown.get(busy, 0) > 0 else "warning"


def trouble(tunnel: Tunnel, *names: str, floor: int = FEW, share: float = SHARE) -> tuple[Trouble, ...]:
    """The child SAs whose counters of these names grow, or amount to something beside the traffic."""
    found = []
    for child in tunnel.child_sas:
        present = tuple(name for name in names if child.counters.get(name))
        if not present:
            continue
        total = sum(child.counters[name] for name in present)
        traffic = child.counters.get(ENCAPS, 0) + child.counters.get(DECAPS, 0)
        grown = growth(tunnel, child)
        new = sum(grown.get(name, 0) for name in present) if grown is not None else None
        over_time = total >= floor and total >= share * traffic
        if (over_time and (new is None or new > 0)) or (new or 0) >= floor:
            lines = dict.fromkeys(child.counter_origins[name] for name in present if name in child.counter_origins)
            found.append(Trouble(child, total, new, tuple(lines) or (child.origin,), present))
    return tuple(sorted(found, key=lambda one: -one.total))


def counted(one: Trouble) -> str:
    """``12 in all, 3 of them between the two reads``."""
    return f"{one.total} in all" + (f", {one.growth} of them between the two reads" if one.growth is not None else "")


def line_of(child: ChildSa, *names: str) -> tuple[Evidence, ...]:
    """The lines that print these counters, each once, behind the line of the networks."""
    printed = [name if name in child.counter_origins else _OF_SESSION.get(name, name) for name in names]
    lines = [child.counter_origins[name] for name in printed if name in child.counter_origins]
    return tuple(dict.fromkeys([*lines, child.origin]))


def networks(child: ChildSa) -> str:
    """`` for 10.1.0.0/24 to 10.2.0.0/24``, or nothing where they are not known."""
    pair = child.selectors
    return f" for {pair.local.network} to {pair.remote.network}" if pair else ""


def volume(child: ChildSa, name: str) -> str:
    """``120 packets``, or bytes where those were counted alone."""
    return f"{child.counters[name]} packets" if name in child.counters else f"{child.counters[_OF_SESSION[name]]} bytes"


def _is_one_way(tunnel: Tunnel, child: ChildSa, busy: str, silent: str) -> bool:
    counters = child.counters
    of_bytes = _OF_SESSION[busy] in counters
    went, came = (counters.get(_OF_SESSION[name] if of_bytes else name) for name in (busy, silent))
    if came != 0 or (went or 0) < FEW or any(sa.rekeyed for sa in child.sas):
        return False
    age = age_of(tunnel, child)
    if not child.sas:  # a filter (`| include caps`) left the counters alone, or it is a session's: little tells the age
        return (went or 0) >= (_MANY_BYTES if of_bytes else _MANY) and (age is None or age >= YOUNG_SECONDS)
    grown = growth(tunnel, child)
    if grown is not None and grown.get(busy, 0) > 0:
        return age is None or age >= YOUNG_SECONDS
    return age is not None and age >= YOUNG_SECONDS
