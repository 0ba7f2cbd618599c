"""`show vpn-sessiondb detail l2l`, and of remote access: the sessions, their bytes, and since when they are up."""

import re
from collections.abc import Iterator, Sequence

from nornir_ikediag.model.session import VpnSession
from nornir_ikediag.shows._layout import Content, Show, Table

# Two pairs stand on a line, at least two blanks apart: `Bytes Tx     : 4848               Bytes Rx     : 8750`.
# A value that is itself of pairs stays whole: `Encryption   : IKEv2: (1)AES256  IPsec: (2)AES256`.
_PAIR = re.compile(r"([A-Z][\w/(). -]*?)\s*:\s*(.*?)(?=\s{2,}[A-Z][\w/(). -]*?\s*:|\s*$)")
_OF_SEVERAL = re.compile(r"(Encryption|Hashing)\s*:\s*(\S+: \(\d+\).*\S)")
_UNIT = re.compile(r"(\d+)(d|h|m|s)")
_SECONDS = {"d": 86_400, "h": 3_600, "m": 60, "s": 1}


def _read(table: Table) -> Content:
    sessions = []
    problem = None
    for row in table.rows():
        line = table.evidence(row["line"])
        if not row["ADDRESS"] and not row["PUBLIC_ADDRESS"] and not row["CONNECTION"]:
            problem = f"the session at line {line.line} does not say whose it is"
        if not row["DURATION"] or not row["INDEX"]:
            problem = problem or f"the session at line {line.line} is not whole"
        sessions.append(
            VpnSession(
                peer=row["ADDRESS"] or row["PUBLIC_ADDRESS"] or row["CONNECTION"] or "unknown",
                origin=line,
                index=int(row["INDEX"]) if row["INDEX"] else None,
                connection=row["CONNECTION"] or None,
                username=row["USERNAME"] or None,
                protocol=row["PROTOCOL"] or None,
                bytes_sent=int(row["BYTES_TX"]) if row["BYTES_TX"] else None,
                bytes_received=int(row["BYTES_RX"]) if row["BYTES_RX"] else None,
                login_time=row["LOGIN_TIME"] or None,
                duration_seconds=_seconds(row["DURATION"]),
                further=dict((*_pairs(row["FURTHER"]), *_parts(row["PARTS"]))),
            )
        )
    return Content(sessions=tuple(sessions), problem=problem)


def _seconds(printed: str) -> int | None:
    """`52d 6h:35m:23s`, `6:16:26`."""
    units = _UNIT.findall(printed)
    if units:
        return sum(int(number) * _SECONDS[unit] for number, unit in units)
    clock = re.fullmatch(r"(\d+):(\d+):(\d+)", printed)
    return int(clock[1]) * 3_600 + int(clock[2]) * 60 + int(clock[3]) if clock else None


def _pairs(lines: Sequence[str]) -> Iterator[tuple[str, str]]:
    for line in lines:
        yield from _OF_SEVERAL.findall(line) or _PAIR.findall(line)


def _parts(lines: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Pairs under their heading and its number, because a session has several SAs: `IPsec 2: Pkts Tx`."""
    heading, counts = "", dict[str, int]()
    for line in lines:
        if re.fullmatch(r"[A-Z][\w-]*:\s*", line):
            name = line.strip()[:-1]
            counts[name] = counts.get(name, 0) + 1
            heading = f"{name} {counts[name]}: "
            continue
        for name, value in _PAIR.findall(line):
            yield heading + name, value


SHOW = Show(
    commands=(
        "show vpn-sessiondb detail",
        "show vpn-sessiondb l2l",
        "show vpn-sessiondb ra-ikev1-ipsec",
        "show vpn-sessiondb ra-ikev2-ipsec",
        "show vpn-sessiondb remote",
    ),
    starts=re.compile(r"\s*(?:Session Type:|INFO: There are presently no active sessions)"),
    reader=_read,
)
