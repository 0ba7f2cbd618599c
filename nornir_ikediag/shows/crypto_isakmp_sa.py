"""`show crypto isakmp|ikev1|ikev2 sa [detail]`: the IKE SAs, and the child SAs that the IKEv2 part names.

Real boxes print blocks; the one-line table is the command reference's, and read as well. The device says how many SAs
there are (`Total IKE SA`, `IKE count`, `CHILD count`): if we read fewer, the output is not whole.
"""

import re
from typing import Any

from nornir_ikediag.model.sa import ChildSa, IkeSa, Role, Selector, Selectors
from nornir_ikediag.shows._layout import Content, Show, Table
from nornir_ikediag.shows._networks import between

_Row = dict[str, Any]
_ROLES: dict[str, Role] = {"i": "initiator", "r": "responder"}


class _Reader:
    """What has been read so far; IKEv2 SAs belong to the session, and child SAs to the IKE SA, in front of them."""

    def __init__(self, table: Table) -> None:
        self.table = table
        self.ike_sas: list[IkeSa] = []
        self.child_sas: list[ChildSa] = []
        self.session: _Row = {}
        self.announced = {"IKEv2 SAs": 0, "child SAs": 0}
        self.total = self.active = 0  # IKEv1 SAs, as the device counts them
        self.detailed = False
        self.parts: set[str] = set()
        self.problem: str | None = None
        self.unfinished: str | None = None  # what the last row lacks

    def row(self, row: _Row) -> None:
        behind_table = self.unfinished is not None and "table" in self.unfinished
        self.unfinished = None
        if row["PART"]:
            self.parts.add(row["PART"])
            self.unfinished = f"the output stops behind the heading {row['PART']} SAs"
        elif row["NONE"]:
            self.parts.add(row["NONE"])
        elif row["TUNNEL_ID"]:
            self._ikev2(row)
        elif row["PEER"] or row["TYPE"] or row["STATE"]:
            self._ikev1(row)
        elif row["LOCAL_FIRST"] or row["SPI_IN"] or row["REMOTE_FIRST"]:
            self._child(row)
        elif row["SESSION_ID"]:
            self.session = row
            self.announced["IKEv2 SAs"] += int(row["IKE_COUNT"])
            self.announced["child SAs"] += int(row["CHILD_COUNT"])
        elif row["TABLE"]:
            if behind_table:
                self._incomplete(row, "the table")
            self.unfinished = "the output stops behind the heading of the table"
            self.detailed = self.detailed or "Lifetime" in row["TABLE"]
        else:
            self.total += int(row["TOTAL"] or 0)
            self.active += int(row["ACTIVE"] or row["REKEYING"] or 0)

    def content(self) -> Content:
        read = {
            "IKEv1 SAs": sum(sa.ike_version == 1 for sa in self.ike_sas),
            "IKEv2 SAs": sum(sa.ike_version == 2 for sa in self.ike_sas),
            "child SAs": len(self.child_sas),
        }
        problem = self.problem or self.unfinished
        announced = {"IKEv1 SAs": max(self.total, self.active)} | self.announced
        for what, number in announced.items():
            if number > read[what] and problem is None:
                problem = f"the device announces {number} {what} and the output shows {read[what]}"
        if problem is None and "isakmp" in self.table.command and "IKEv1" in self.parts and "IKEv2" not in self.parts:
            problem = "the output stops before its IKEv2 part"
        return Content(ike_sas=tuple(self.ike_sas), child_sas=tuple(self.child_sas), problem=problem)

    def _incomplete(self, row: _Row, what: str) -> None:
        self.problem = self.problem or f"{what} at line {self.table.number(row['line'])} is not whole"

    def _repeats(self, row: _Row) -> bool:
        """Whether the text has the line of the SA before twice."""
        line, before = self.table.evidence(row["line"]), self.ike_sas[-1].origin
        return line.text == before.text and line.line == before.line + 1

    def _ikev1(self, row: _Row) -> None:
        if not row["PEER"] or not row["STATE"]:
            self._incomplete(row, f"the IKE SA of {row['PEER'] or 'an unnamed peer'}")
        if self.ike_sas and self._repeats(row):
            return
        if self.detailed and not row["LIFETIME"]:
            self.unfinished = "the output stops inside its last IKE SA"
        self.detailed = self.detailed or bool(row["LIFETIME"])
        self.ike_sas.append(
            IkeSa(
                ike_version=1,
                peer=row["PEER"] or "unknown",
                origin=self.table.evidence(row["line"]),
                state=row["STATE"] or None,
                role=_ROLES.get(row["ROLE"][:1].lower(), "unknown"),
                type_printed=row["TYPE"] or None,
                rekey=row["REKEY"].lower() == "yes" if row["REKEY"] else None,
                encryption=row["ENCRYPT"] or None,
                hash=row["HASH"] or None,
                authentication=row["AUTH"] or None,
                lifetime_seconds=_number(row["LIFETIME"]),
                remaining_seconds=_number(row["REMAINING"]),
            )
        )

    def _ikev2(self, row: _Row) -> None:
        properties = _pairs(row["PROPERTIES"])
        lifetime, active = _number(row["LIFETIME"]), _number(row["ACTIVE_SECONDS"])
        if not properties or lifetime is None:
            self._incomplete(row, f"the IKE SA of {row['PEER']}")
        sign, verify = properties.get("Auth sign"), properties.get("Auth verify")
        size = properties.get("keysize")
        self.ike_sas.append(
            IkeSa(
                ike_version=2,
                peer=row["PEER"],
                origin=self.table.evidence(row["line"]),
                state=row["STATE"],
                role=_ROLES.get(row["ROLE"][:1].lower(), "unknown"),
                local=row["LOCAL"],
                local_port=_number(row["LOCAL_PORT"]),
                peer_port=_number(row["PEER_PORT"]),
                encryption="-".join(filter(None, (properties.get("Encr"), size))) or None,
                hash=properties.get("Hash"),
                prf=properties.get("PRF"),
                dh_group=properties.get("DH Grp"),
                authentication=sign if sign == verify else f"{sign}/{verify}",
                lifetime_seconds=lifetime,
                active_seconds=active,
                remaining_seconds=lifetime - active if lifetime is not None and active is not None else None,
                tunnel_id=row["TUNNEL_ID"],
                session_id=_number(self.session.get("SESSION_ID", "")),
                status=self.session.get("STATUS"),
                spi_local=_ike_spi(row["LOCAL_SPI"]),
                spi_remote=_ike_spi(row["REMOTE_SPI"]),
                nat_t=not row["NAT_T"].startswith("not") if row["NAT_T"] else None,
                further=_further(row),
            )
        )

    def _child(self, row: _Row) -> None:
        if not row["SPI_IN"] or not row["REMOTE_FIRST"] or not row["LOCAL_FIRST"]:
            self._incomplete(row, "the child SA")
        ends = (row["LOCAL_FIRST"], row["LOCAL_LAST"], row["REMOTE_FIRST"], row["REMOTE_LAST"])
        owner = self.ike_sas[-1] if self.ike_sas else None
        self.child_sas.append(
            ChildSa(
                peer=owner.peer if owner else "unknown",
                origin=self.table.evidence(row["line"]),
                selectors=Selectors(_selector(*ends[:2]), _selector(*ends[2:])) if all(ends) else None,
                ike_version=2,
                local=owner.local if owner else None,
                spi_in=_spi(row["SPI_IN"]),
                spi_out=_spi(row["SPI_OUT"]),
                further=_pairs(row["PROPERTIES"]) | _further(row),
            )
        )


def _read(table: Table) -> Content:
    reader = _Reader(table)
    for row in table.rows():
        reader.row(row)
    return reader.content()


def _pairs(printed: str) -> dict[str, str]:
    """`Encr: AES-CBC, keysize: 256, Hash: SHA96, DH Grp:5` by name."""
    parts = (part.partition(":") for part in printed.split(","))
    return {name.strip(): value.strip() for name, colon, value in parts if colon}


def _further(row: _Row) -> dict[str, str]:
    """What `detail` adds, two pairs to a line or a phrase, by the device's own label."""
    found = {"VRF": row["VRF"]} if row["VRF"] else {}
    for line in row["FURTHER"]:
        if line.startswith(("DPD", "IKEv2 Fragmentation")):
            label = "DPD" if line.startswith("DPD") else "IKEv2 Fragmentation"
            found[label] = line.removeprefix(label).strip()
            continue
        if line.startswith("ah_hmac"):
            found |= _pairs(line.replace("mode ", "mode: "))
            continue
        for part in re.split(r"\s{2,}(?=(?:Local|Remote) )", line):
            name, _, value = part.partition(":")
            found[name.strip()] = value.strip()
    return found


def _selector(first: str, last: str) -> Selector:
    """`10.0.0.0/0` and `10.0.0.255/65535`, address and port each; all ports are port 0."""
    low, _, low_port = first.rpartition("/")
    high, _, high_port = last.rpartition("/")
    ports = "0" if (low_port, high_port) in (("0", "65535"), ("0", "0")) else f"{low_port}-{high_port}"
    return Selector(between(low, high), 0, low_port if low_port == high_port else ports)


def _spi(printed: str) -> str | None:
    return f"0x{int(printed, 16):08x}" if printed else None


def _ike_spi(printed: str) -> str | None:
    return f"0x{int(printed, 16):016x}" if printed else None


def _number(text: str) -> int | None:
    return int(text) if text.isdecimal() else None


SHOW = Show(
    commands=(
        "show crypto isakmp sa",
        "show crypto ikev1 sa",
        "show crypto ikev2 sa",
        "show isakmp sa",
        "show isakmp ikev1-sa",
        "show isakmp ikev2-sa",
    ),
    starts=re.compile(
        r"\s*(?:IKEv[12] SAs:|There are no (?:IKEv[12]|isakmp|IKE) SAs|Active SA:\s*\d|(?:\d+\s+)?IKE Peer:"
        r"|IKE Peer\s+Type\s+Dir|Total IKE SA:|Session-id:\s*\d+,|Tunnel-id\s+Local\s)",
        re.IGNORECASE,
    ),
    reader=_read,
)
