"""Crypto maps, static and dynamic, IPsec profiles on tunnel interfaces, transform sets and IPsec proposals."""

from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Any

from nornir_ikediag.model.configuration import CryptoMapEntry, IpsecProposal, TunnelInterface
from nornir_ikediag.model.evidence import Evidence
from nornir_ikediag.shows._configuration import Command, Tree
from nornir_ikediag.shows._layout import Table

Names = dict[str, str]


def crypto_maps(tree: Tree, table: Table, names: Names) -> tuple[CryptoMapEntry, ...]:
    """Static entries, dynamic entries, then IPsec profiles, each in the order of the configuration."""
    entries: dict[tuple[str, str, int], _Entry] = {}
    applied: dict[str, dict[str, Evidence]] = {}
    for command in tree.starting("crypto map", "no crypto map", "crypto dynamic-map", "no crypto dynamic-map"):
        words = [word for word in command.words if word != "no"] if command.words[0] == "no" else command.words
        kind = "dynamic" if words[1] == "dynamic-map" else "static"
        if len(words) > 4 and words[3].isdecimal():
            key = (kind, words[2], int(words[3]))
            entry = entries.setdefault(key, _Entry(*key))
            entry.take(words[4:], table.evidence(command.number), names, negated=command.words[0] == "no")
        elif words[3:4] == ["interface"] and len(words) > 4:
            applied.setdefault(words[2], {})[words[4]] = table.evidence(command.number)
    _apply(entries, applied)
    return (*(entry.made() for entry in entries.values()), *_profiles(tree, table, names))


def _apply(entries: dict[tuple[str, str, int], "_Entry"], applied: dict[str, dict[str, Evidence]]) -> None:
    """Static entries are where their map is; dynamic ones where the static maps are that name them."""
    for entry in entries.values():
        if entry.kind == "static":
            interfaces = applied.get(entry.name, {})
            entry.fields["interfaces"] = tuple(interfaces)
            entry.lines += interfaces.values()
    for entry in entries.values():
        named = entry.fields.get("dynamic_map")
        for other in entries.values() if named else ():
            if other.kind == "dynamic" and other.name == named:
                before = other.fields.get("interfaces", ())
                other.fields["interfaces"] = tuple(dict.fromkeys((*before, *entry.fields.get("interfaces", ()))))


class _Entry:
    """One sequence number of a map, as its lines come."""

    def __init__(self, kind: str, name: str, sequence: int) -> None:
        self.kind = kind
        self.name = name
        self.sequence = sequence
        self.fields: dict[str, Any] = {}
        self.lines: list[Evidence] = []

    def take(self, words: Sequence[str], line: Evidence, names: Names, *, negated: bool = False) -> None:
        self.lines.append(line)
        if negated:
            return
        match words:
            case ["match", "address", access_list, *_]:
                self.fields["access_list"] = access_list
            case ["set", *what]:
                self.fields |= setting(what, names)
            case ["ipsec-isakmp", "dynamic", name, *_]:
                self.fields["dynamic_map"] = name

    def made(self) -> CryptoMapEntry:
        return CryptoMapEntry(
            kind="dynamic" if self.kind == "dynamic" else "static",
            name=self.name,
            sequence=self.sequence,
            origin=self.lines[0],
            lines=tuple(self.lines),
            **self.fields,
        )


def setting(words: Sequence[str], names: Names) -> dict[str, Any]:  # noqa: PLR0911  # one line for each setting
    """What follows `set`, in a map entry or in a profile, as fields of CryptoMapEntry; nothing for what has none."""
    match words:
        case ["peer", *peers]:
            return {"peers": tuple(names.get(peer, peer) for peer in peers)}
        case ["transform-set", *sets] | ["ikev1", "transform-set", *sets]:
            return {"transform_sets": tuple(sets)}
        case ["ikev2", "ipsec-proposal", *proposals]:
            return {"ikev2_proposals": tuple(proposals)}
        case ["pfs"]:
            return {"pfs_group": "2"}
        case ["pfs", group, *_]:
            return {"pfs_group": group.removeprefix("group")}
        case ["connection-type", kind, *_]:
            return {"connection_type": kind}
        case ["phase1-mode", mode, *_] | ["ikev1", "phase1-mode", mode, *_]:
            return {"ikev1_mode": mode}
        case ["nat-t-disable", *_]:
            return {"nat_t": False}
        case ["reverse-route", *_]:
            return {"reverse_route": True}
        case ["trustpoint", name, *_]:
            return {"trustpoint": name}
        case ["security-association", "lifetime", *rest]:
            return _lifetimes(rest)
    return {}


def _lifetimes(words: Sequence[str]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for unit, value in pairwise(words):
        if unit in ("seconds", "kilobytes") and value.isdecimal():
            found[f"lifetime_{unit}"] = int(value)
    return found


def _profiles(tree: Tree, table: Table, names: Names) -> Iterator[CryptoMapEntry]:
    """An IPsec profile each. Which tunnel interfaces it protects may stand in another text."""
    for command in tree.starting("crypto ipsec profile"):
        if len(command.words) < 4:
            continue
        fields: dict[str, Any] = {}
        for _, text in command.under:
            if text.startswith("set "):
                fields |= setting(text.split()[1:], names)
        lines = tuple(table.evidence(number) for number in command.numbers)
        yield CryptoMapEntry(
            kind="vti", name=command.words[3], sequence=0, origin=lines[0], lines=lines, **fields | {"peers": ()}
        )


def tunnel_interfaces(tree: Tree, table: Table, names: Names) -> tuple[TunnelInterface, ...]:
    """The interfaces that an IPsec profile protects."""
    found: list[TunnelInterface] = []
    for command in tree.starting("interface"):
        fields: dict[str, Any] = {}
        for _, text in command.under:
            match text.split():
                case ["nameif", name]:
                    fields["nameif"] = name
                case ["shutdown"]:
                    fields["shut"] = True
                case ["tunnel", "source", "interface", name, *_]:
                    fields["source"] = name
                case ["tunnel", "destination", peer, *_]:
                    fields["destination"] = names.get(peer, peer)
                case ["tunnel", "protection", "ipsec", "profile", name, *_]:
                    fields["profile"] = name
        if "profile" in fields and len(command.words) > 1:
            lines = tuple(table.evidence(number) for number in command.numbers)
            found.append(TunnelInterface(name=command.words[1], origin=lines[0], lines=lines, **fields))
    return tuple(found)


def proposals(tree: Tree, table: Table) -> tuple[IpsecProposal, ...]:
    """`crypto ipsec [ikev1] transform-set` and `crypto ipsec ikev2 ipsec-proposal`."""
    found: dict[tuple[int, str], dict[str, Any]] = {}
    for command in tree.starting("crypto ipsec"):
        words = [word for word in command.words[2:] if word != "ikev1"]
        match words:
            case ["transform-set", name, *rest]:
                entry = found.setdefault((1, name), _empty(command, table))
                entry["lines"] += [table.evidence(number) for number in command.numbers]
                if rest[:1] == ["mode"]:
                    entry["mode"] = "transport" if rest[1:2] == ["transport"] else "tunnel"
                    continue
                entry["encryption"] += tuple(word for word in rest if not _authenticates(word))
                entry["integrity"] += tuple(word for word in rest if _authenticates(word))
            case ["ikev2", "ipsec-proposal", name, *_]:
                entry = found.setdefault((2, name), _empty(command, table))
                entry["lines"] += [table.evidence(number) for number in command.numbers]
                for _, text in command.under:
                    match text.split():
                        case ["protocol", _, ("encryption" | "integrity") as what, *algorithms]:
                            entry[what] += tuple(algorithms)
    return tuple(
        IpsecProposal(ike_version=1 if version == 1 else 2, name=name, **entry | {"lines": tuple(entry["lines"])})
        for (version, name), entry in found.items()
    )


def _empty(command: Command, table: Table) -> dict[str, Any]:
    origin = table.evidence(command.number)
    return {"origin": origin, "encryption": (), "integrity": (), "mode": "tunnel", "lines": []}


def _authenticates(word: str) -> bool:
    return word.endswith("-hmac") or word in ("esp-none",) or word.startswith("ah-")
