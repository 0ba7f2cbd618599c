"""`show vpn-sessiondb detail l2l`, and of remote access: the sessions, their bytes, and since when they are up."""

import re
from collections.abc import Iterator, Sequence
from typing import Any

import msgspec

from nornir_ikediag.model.sa import ChildSa, IkeVersion, Selector, Selectors
from nornir_ikediag.model.session import VpnSession
from nornir_ikediag.shows._layout import Content, Show, Table, numbers
from nornir_ikediag.shows._networks import network

# Two pairs stand on a line, at least two blanks apart: `Bytes Tx     : 4848               Bytes Rx     : 8750`.
# A value that is itself of pairs stays whole: `Encryption   : IKEv2: (1)AES256  IPsec: (2)AES256`.
_PAIR = re.compile(r"([A-Z][\w/(). -]*?)\s*:\s*(.*?)(?=\s{2,}[A-Z][\w/(). -]*?\s*:|\s*$)")
_OF_SEVERAL = re.compile(r"(Encryption|Hashing)\s*:\s*(\S+: \(\d+\).*\S)")
_COUNTERS = {"Pkts Tx": "pkts encaps", "Pkts Rx": "pkts decaps"}  # as `show crypto ipsec sa` calls them
_UNIT = re.compile(r"(\d+)(d|h|m|s)")
_SECONDS = {"d": 86_400, "h": 3_600, "m": 60, "s": 1}


def _read(table: Table) -> Content:
    sessions = []
    problem = None
    for values, origins in table.records():
        row = dict(zip(table.columns, values, strict=True))
        lines = dict(zip(table.columns, origins, strict=True))
        line = table.evidence(min(numbers(origins), default=1))
        if not row["ADDRESS"] and not row["PUBLIC_ADDRESS"] and not row["CONNECTION"]:
            problem = f"the session at line {line.line} does not say whose it is"
        if not row["DURATION"] or not row["INDEX"]:
            problem = problem or f"the session at line {line.line} is not whole"
        session = VpnSession(
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
        sessions.append(msgspec.structs.replace(session, children=_children(table, session, row, lines)))
    return Content(sessions=tuple(sessions), problem=problem)


def _children(table: Table, session: VpnSession, row: dict[str, Any], lines: dict[str, Any]) -> tuple[ChildSa, ...]:
    """What the session tells of its child SAs."""
    if session.username or "ipsec" not in (session.protocol or "").lower():
        return ()
    parts = tuple(_child(table, session, part) for part in _of_children(row["PARTS"], lines["PARTS"] or ()))
    if parts or session.bytes_sent is None or session.bytes_received is None:
        return parts
    counts = {"bytes tx": session.bytes_sent, "bytes rx": session.bytes_received}
    counted = table.evidence(min(numbers([lines["BYTES_TX"]])))
    return (
        ChildSa(
            peer=session.peer,
            origin=session.origin,
            ike_version=_version(session),
            counters=counts,
            counter_origins=dict.fromkeys(counts, counted),
        ),
    )


def _child(table: Table, session: VpnSession, part: dict[str, tuple[str, int]]) -> ChildSa:
    counts = {name: part[label] for label, name in _COUNTERS.items() if label in part and part[label][0].isdigit()}
    local, remote = (_selector(part[label][0]) if label in part else None for label in ("Local Addr", "Remote Addr"))
    return ChildSa(
        peer=session.peer,
        origin=table.evidence(next(iter(part.values()))[1]) if part else session.origin,
        selectors=Selectors(local, remote) if local and remote else None,
        ike_version=_version(session),
        counters={name: int(value) for name, (value, _) in counts.items()},
        counter_origins={name: table.evidence(line) for name, (_, line) in counts.items()},
    )


def _of_children(lines: Sequence[str], numbers: Sequence[int]) -> Iterator[dict[str, tuple[str, int]]]:
    """The parts that are child SAs, `IPsec:` and `IPsecOverNatT:`: each label with its value and the line of it."""
    part: dict[str, tuple[str, int]] | None = None
    for line, number in zip(lines, numbers, strict=False):
        if re.fullmatch(r"[A-Z][\w-]*:\s*", line):
            if part is not None:
                yield part
            part = {} if line.lower().startswith("ipsec") else None
        elif part is not None:
            part.update((label, (value, number)) for label, value in _PAIR.findall(line))
    if part is not None:
        yield part


def _selector(printed: str) -> Selector | None:
    """`10.1.0.0/255.255.0.0/0/0`: network, mask, protocol, port."""
    parts = printed.split("/")
    if len(parts) != 4 or not parts[2].isdigit():
        return None
    return Selector(network(parts[0], parts[1]), int(parts[2]), parts[3])


def _version(session: VpnSession) -> IkeVersion | None:
    found = re.search(r"IKEv([12])", session.protocol or "")
    return None if found is None else 1 if found[1] == "1" else 2


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
