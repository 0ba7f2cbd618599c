"""`show crypto ipsec sa`: every pair of selectors with all of its SAs, both pairs during a rekey, and every counter.

The template gives a row for each entry and then one for each SA under it. A hub prints megabytes of this, so the way
from row to model makes no detour: one Evidence for each line of counters, names of counters kept once.
"""

import re
from collections.abc import Sequence
from sys import intern
from typing import Any

from nornir_ikediag.model.evidence import Evidence
from nornir_ikediag.model.sa import ChildSa, EspSa, IkeVersion, Selector, Selectors
from nornir_ikediag.shows._layout import Content, Show, Table
from nornir_ikediag.shows._networks import network

_COUNTER = re.compile(r"#([^:]+):\s*(\d+)")
_OF_AN_ENTRY = (
    "CRYPTO_MAP",
    "LOCAL_IDENT",
    "REMOTE_IDENT",
    "CURRENT_PEER",
    "COUNTERS",
    "LOCAL_ENDPOINT",
    "OUTBOUND_SPI",
)
_OF_AN_SA = ("SPI", "TRANSFORM", "SETTINGS", "SLOT", "REMAINING_SECONDS", "REPLAY_DETECTION")
_OF_EVERY_SA = ("SPI", "TRANSFORM", "SETTINGS", "SLOT", "REMAINING_SECONDS", "REPLAY_DETECTION")
_IKE_VERSIONS: dict[str, IkeVersion] = {"IKEv1": 1, "IKEv2": 2}

_Row = dict[str, Any]


class _Entry:
    """An entry's row and the rows of its SAs, until the next entry begins."""

    def __init__(self, row: _Row, origins: list[Any]) -> None:
        self.row = row
        self.origins = origins
        self.sas: list[tuple[_Row, int]] = []

    def add(self, row: _Row, line: int) -> None:
        """A line that the text has twice must not make two SAs of one."""
        if self.sas:
            last, at = self.sas[-1]
            if last["SPI"] == row["SPI"] and last["DIRECTION"] == row["DIRECTION"] and not last["TRANSFORM"]:
                self.sas[-1] = (row, at)
                return
        self.sas.append((row, line))


def _read(table: Table) -> Content:
    column = {name: number for number, name in enumerate(table.columns)}
    children: list[ChildSa] = []
    problems: list[str] = []
    entry: _Entry | None = None
    last: _Row | None = None
    for values, origins in table.records():
        row: _Row = dict(zip(table.columns, values, strict=True))
        if any(row[name] for name in _OF_AN_ENTRY):
            if entry is not None:
                _conclude(table, column, entry, children, problems)
            entry = _Entry(row, origins)
            last = None
        elif any(row[name] for name in _OF_AN_SA):
            entry = entry or _Entry(dict.fromkeys(table.columns, "") | {"COUNTERS": [], "FURTHER": []}, origins)
            entry.add(row, origins[column["SPI"]] or _first(origins))
            last = row
        else:
            last = row  # a heading and nothing under it
    if entry is not None:
        _conclude(table, column, entry, children, problems)
    if not problems and last is not None:
        problems += _cut(last, children)
    return Content(child_sas=tuple(children), problem=problems[0] if problems else None)


def _first(origins: Sequence[Any]) -> int:
    return min((origin for origin in origins if isinstance(origin, int)), default=1)


def _cut(last: _Row, children: Sequence[ChildSa]) -> list[str]:
    """What shows that the text stops inside its last record: the last SA lacks lines that all SAs have."""
    if not any(last[name] for name in _OF_AN_SA):
        return ["the output stops behind a heading"]
    if any(not last[name] for name in _OF_EVERY_SA):
        return ["the output stops inside its last SA"]
    words = sum(len(line.split()) for line in last["BITMAP"])
    if any(len(sa.anti_replay_bitmap) > words for sa in children[-1].sas if sa.protocol == last["SA_PROTOCOL"]):
        return ["the output stops inside its last SA"]
    return []


def _conclude(
    table: Table, column: dict[str, int], entry: _Entry, children: list[ChildSa], problems: list[str]
) -> None:
    row = entry.row
    origins = entry.origins
    # the line of the map or of whatever came first; a filled-down heading is further up and belongs to others
    own = [origins[column[name]] for name in _OF_AN_ENTRY if name != "COUNTERS"]
    line = min((number for number in own if number), default=None) or _first(origins)
    if not entry.sas and not row["CURRENT_PEER"] and not row["LOCAL_IDENT"] and not row["COUNTERS"]:
        problems.append(f"the entry at line {table.number(line)} has nothing in it")
        return
    child = _child(table, column, entry, line)
    children.append(child)
    if "|" in table.command:
        problems.append("a filter left lines of it out")
        return
    where = f"the entry of {child.peer} at line {table.number(line)}"
    if any(not sa["SPI"] for sa, _ in entry.sas):
        problems.append(f"{where} has an SA without its SPI")
    elif not all(any(sa.direction == direction for sa in child.sas) for direction in ("inbound", "outbound")):
        problems.append(f"{where} stops before its SAs in both directions")
    elif any(int(sa["SPI"], 16) != int(sa["SPI_DECIMAL"]) for sa, _ in entry.sas):
        problems.append(f"{where} prints two different numbers for one SPI")
    elif not {child.spi_in, child.spi_out} <= {sa.spi for sa in child.sas}:
        problems.append(f"{where} names a current SPI and has no SA with it")


def _child(table: Table, column: dict[str, int], entry: _Entry, line: int) -> ChildSa:
    row = entry.row
    sas = tuple(_sa(table, sa, number) for sa, number in entry.sas if sa["SPI"])
    counters, origins = _counters(table, row["COUNTERS"], entry.origins[column["COUNTERS"]] or ())
    local, local_port = _endpoint(row["LOCAL_ENDPOINT"])
    remote, remote_port = _endpoint(row["REMOTE_ENDPOINT"])
    words = {word for sa in sas for word in sa.settings}
    return ChildSa(
        peer=row["CURRENT_PEER"] or row["PEER_HEADING"] or remote or _asked_for(table.command) or "unknown",
        origin=table.evidence(line),
        selectors=_selectors(row["LOCAL_IDENT"], row["REMOTE_IDENT"]),
        ike_version=next((version for word, version in _IKE_VERSIONS.items() if word in words), None),
        username=row["USERNAME"] or None,
        interface=row["INTERFACE"] or None,
        crypto_map=row["CRYPTO_MAP"] or None,
        sequence=_number(row["SEQUENCE"]),
        access_list=row["ACCESS_LIST"] or None,
        local=row["LOCAL_ADDRESS"] or None,
        local_endpoint=local,
        remote_endpoint=remote,
        local_port=local_port,
        remote_port=remote_port,
        assigned_address=row["ASSIGNED_ADDRESS"] or None,
        path_mtu=_number(row["PATH_MTU"]),
        media_mtu=_number(row["MEDIA_MTU"]),
        ipsec_overhead=row["IPSEC_OVERHEAD"] or None,
        spi_in=_current(row["INBOUND_SPI"], sas, "inbound"),
        spi_out=_current(row["OUTBOUND_SPI"], sas, "outbound"),
        sas=sas,
        counters=counters,
        counter_origins=origins,
        further=_further(row["FURTHER"]),
    )


def _asked_for(command: str) -> str | None:
    """The peer that somebody asked for, whose name a filter (`| include caps`) may have left out."""
    asked = re.search(r"\bpe\w*\s+([^\s|]+)", command)
    return asked[1] if asked else None


def _sa(table: Table, row: _Row, line: int) -> EspSa:
    settings = tuple(intern(word) for word in map(str.strip, row["SETTINGS"].split(",")) if word)
    return EspSa(
        direction="outbound" if row["DIRECTION"] == "outbound" else "inbound",
        protocol="ah" if row["SA_PROTOCOL"] == "ah" else "esp",
        spi=f"0x{int(row['SPI'], 16):08x}",
        origin=table.evidence(line),
        transform=intern(row["TRANSFORM"]) or None,
        settings=settings,
        state=intern(row["SA_STATE"]) or None,
        slot=_number(row["SLOT"]),
        connection_id=_number(row["CONNECTION_ID"]),
        crypto_map=intern(row["SA_CRYPTO_MAP"]) or None,
        remaining_seconds=_number(row["REMAINING_SECONDS"]),
        remaining_kilobytes=_number(row["REMAINING_KILOBYTES"]),
        iv_bytes=_number(row["IV_BYTES"]),
        replay_detection=row["REPLAY_DETECTION"] == "Y" if row["REPLAY_DETECTION"] else None,
        anti_replay_bitmap=tuple(word for line_of_words in row["BITMAP"] for word in line_of_words.split()),
        rekeyed="Rekeyed" in settings,
    )


def _counters(table: Table, lines: Sequence[str], numbers: Sequence[int]) -> tuple[dict[str, int], dict[str, Evidence]]:
    counters: dict[str, int] = {}
    origins: dict[str, Evidence] = {}
    for text, number in zip(lines, numbers, strict=True):
        evidence = table.evidence(number)
        for name, value in _COUNTER.findall(text):
            name = intern(name)  # noqa: PLW2901
            counters[name] = int(value)
            origins[name] = evidence
    return counters, origins


def _current(printed: str, sas: Sequence[EspSa], direction: str) -> str | None:
    """The device names the current SPI; older releases only the outbound one, then it is the SA not yet rekeyed."""
    if printed:
        return f"0x{int(printed, 16):08x}"
    ours = [sa for sa in sas if sa.direction == direction]
    return next((sa.spi for sa in ours if not sa.rekeyed), ours[-1].spi if ours else None)


def _selectors(local: str, remote: str) -> Selectors | None:
    return Selectors(_selector(local), _selector(remote)) if local and remote else None


def _selector(printed: str) -> Selector:
    """`10.0.0.0/255.255.255.0/6/443`, `2001:db8::/64/0/0`, and a range of ports with blanks: `…/6/0 - 65535`."""
    address, mask, protocol, port = (["", "", *printed.rsplit("/", 3)])[-4:]
    return Selector(network(address, mask), _number(protocol) or 0, port.replace(" ", ""))


def _endpoint(printed: str) -> tuple[str | None, int | None]:
    address, slash, port = printed.rpartition("/")
    return (address, _number(port) or None) if slash else (printed or None, None)


def _further(lines: Sequence[str]) -> dict[str, str]:
    pairs = (part.partition(":") for line in lines for part in line.split(", "))
    return {intern(name.strip()): intern(value.strip()) for name, _, value in pairs}


def _number(text: str) -> int | None:
    return int(text) if text.isdecimal() else None


SHOW = Show(
    commands=("show crypto ipsec sa", "show ipsec sa"),
    starts=re.compile(
        r"\s*(?:interface:\s+\S+\s*(?:$|Crypto map tag:)|peer address:\s+\S+\s*$|Crypto map tag:\s"
        r"|There are no ipsec sas|local\s+ident\s+\(addr/)",
        re.MULTILINE,
    ),
    reader=_read,
)
