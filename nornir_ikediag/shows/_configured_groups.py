"""Tunnel-groups, group-policies, address pools and access-lists."""

from collections.abc import Sequence
from typing import Any

from nornir_ikediag.model.configuration import AccessListEntry, AddressPool, GroupPolicy, TunnelGroup
from nornir_ikediag.model.evidence import Evidence
from nornir_ikediag.shows._configuration import Command, Tree
from nornir_ikediag.shows._layout import Table
from nornir_ikediag.shows._networks import network

_ANY = {"any": "0.0.0.0/0", "any4": "0.0.0.0/0", "any6": "::/0"}


def tunnel_groups(tree: Tree, table: Table, *, complete: bool) -> tuple[TunnelGroup, ...]:
    """Each group once. In a complete section a group without `ipsec-attributes` has no key: False, not None."""
    found: dict[str, dict[str, Any]] = {}
    lines: dict[str, list[Evidence]] = {}
    for command in tree.starting("tunnel-group"):
        if len(command.words) < 3:
            continue
        name, what = command.words[1], command.words[2]
        fields = found.setdefault(name, {"origin": table.evidence(command.number)})
        lines.setdefault(name, []).extend(table.evidence(number) for number in command.numbers)
        if what == "type":
            fields["type"] = command.words[3] if len(command.words) > 3 else None
        if what == "ipsec-attributes":
            fields.setdefault("ikev1_pre_shared_key", False)
        for _, text in command.under if what in ("general-attributes", "ipsec-attributes") else ():
            _attribute(fields, _words(text))
    for fields in found.values():
        if complete:
            fields.setdefault("ikev1_pre_shared_key", False)
    return tuple(TunnelGroup(name=name, lines=tuple(lines[name]), **fields) for name, fields in found.items())


def _words(text: str) -> list[str]:
    """The words without the interface in parentheses that some attributes are bound to."""
    return [word for word in text.split() if not word.startswith("(")]


def _attribute(fields: dict[str, Any], words: Sequence[str]) -> None:
    match words:
        case ["default-group-policy", name, *_]:
            fields["default_group_policy"] = name
        case ["address-pool", *pools] | ["ipv6-address-pool", *pools]:
            fields["address_pools"] = (*fields.get("address_pools", ()), *pools)
        case ["authentication-server-group", *groups]:
            fields["authentication_server_groups"] = (*fields.get("authentication_server_groups", ()), *groups)
        case ["pre-shared-key", *_] | ["ikev1", "pre-shared-key", *_]:
            fields["ikev1_pre_shared_key"] = True
        case ["ikev2", "local-authentication", how, *rest]:
            fields["ikev2_local_authentication"] = _either(fields.get("ikev2_local_authentication"), how)
            if how == "certificate" and rest:
                fields.setdefault("trustpoint", rest[0])
        case ["ikev2", "remote-authentication", how, *_]:
            fields["ikev2_remote_authentication"] = _either(fields.get("ikev2_remote_authentication"), how)
        case ["trust-point", name, *_] | ["ikev1", "trust-point", name, *_]:
            fields["trustpoint"] = name
        case ["peer-id-validate", how, *_]:
            fields["peer_id_validate"] = how
        case ["isakmp", "keepalive", *how]:
            fields["keepalive"] = " ".join(how)
        case ["isakmp", "ikev1-user-authentication", how, *_] | ["ikev1", "user-authentication", how, *_]:
            fields["ikev1_user_authentication"] = how


def _either(before: str | None, how: str) -> str:
    """Several remote authentications can be allowed at once."""
    return how if before in (None, how) else f"{before} {how}"


def group_policies(tree: Tree, table: Table) -> tuple[GroupPolicy, ...]:
    """`group-policy NAME attributes` and their `internal` or `external` line."""
    found: dict[str, dict[str, Any]] = {}
    lines: dict[str, list[Evidence]] = {}
    for command in tree.starting("group-policy"):
        if len(command.words) < 2:
            continue
        name = command.words[1]
        fields = found.setdefault(name, {"origin": table.evidence(command.number)})
        lines.setdefault(name, []).extend(table.evidence(number) for number in command.numbers)
        for _, text in command.under:
            _policy_attribute(fields, text.split())
    return tuple(GroupPolicy(name=name, lines=tuple(lines[name]), **fields) for name, fields in found.items())


def _policy_attribute(fields: dict[str, Any], words: Sequence[str]) -> None:
    match words:
        case ["vpn-tunnel-protocol", *protocols]:
            fields["protocols"] = tuple(protocols)
        case ["address-pools" | "ipv6-address-pools", *pools]:
            named = tuple(pool for pool in pools if pool not in ("value", "none"))
            fields["address_pools"] = (*fields.get("address_pools", ()), *named)
        case ["vpn-idle-timeout", value] | ["vpn-idle-timeout", "value", value]:
            fields["idle_timeout"] = value
        case ["vpn-session-timeout", value] | ["vpn-session-timeout", "value", value]:
            fields["session_timeout"] = value
        case ["vpn-simultaneous-logins", number, *_] if number.isdecimal():
            fields["simultaneous_logins"] = int(number)
        case ["vpn-filter", "value", name, *_]:
            fields["filter"] = name
        case ["group-lock", "value", name, *_]:
            fields["group_lock"] = name


def address_pools(tree: Tree, table: Table) -> tuple[AddressPool, ...]:
    """`ip local pool` and `ipv6 local pool`; the latter is a first address and a number."""
    pools = []
    for command in tree.starting("ip local pool", "ipv6 local pool"):
        if len(command.words) < 5:
            continue
        first, _, last = command.words[4].partition("-")
        mask = command.words[6] if command.words[5:6] == ["mask"] and len(command.words) > 6 else None
        pools.append(
            AddressPool(
                name=command.words[3], origin=table.evidence(command.number), first=first, last=last or None, mask=mask
            )
        )
    return tuple(pools)


def access_lists(tree: Tree, table: Table, names: dict[str, str]) -> tuple[AccessListEntry, ...]:
    """Extended lines that are in force; ports are left out. Also as `show access-list` prints them, with `line N`."""
    entries = (_access_list(command, table, names) for command in tree.starting("access-list"))
    return tuple(entry for entry in entries if entry is not None)


def _access_list(command: Command, table: Table, names: dict[str, str]) -> AccessListEntry | None:
    words: Sequence[str] = command.words[1:]
    if words[1:2] == ["line"]:
        words = [words[0], *words[3:]]
    if words[1:2] == ["extended"]:
        words = [words[0], *words[2:]]
    if len(words) < 4 or words[1] not in ("permit", "deny") or "inactive" in words:
        return None
    protocol, rest = words[2], words[3:]
    if protocol in ("object", "object-group"):
        protocol, rest = " ".join(words[2:4]), words[4:]
    local, rest = _end(rest, names)
    rest = _without_ports(rest)
    remote, _ = _end(rest, names)
    return AccessListEntry(
        name=words[0],
        permit=words[1] == "permit",
        origin=table.evidence(command.number),
        protocol=protocol,
        local=local,
        remote=remote,
    )


def _end(words: Sequence[str], names: dict[str, str]) -> tuple[str | None, Sequence[str]]:
    """The network that these words begin with, and the words behind it; None for an object."""
    match words:
        case [("any" | "any4" | "any6") as word, *rest]:
            return _ANY[word], rest
        case ["host", address, *rest]:
            address = names.get(address, address)
            return network(address, "128" if ":" in address else "255.255.255.255"), rest
        case ["object" | "object-group" | "interface" | "user" | "user-group" | "object-group-user", _, *rest]:
            return None, rest
        case [address, *rest] if ":" in address:
            prefix, _, bits = address.partition("/")
            return network(prefix, bits or "128"), rest
        case [address, mask, *rest]:
            return network(names.get(address, address), mask), rest
    return None, ()


def _without_ports(words: Sequence[str]) -> Sequence[str]:
    """Without a source port; `object-group` may be one, and then what follows it is the destination."""
    match words:
        case ["eq" | "gt" | "lt" | "neq", _, *rest]:
            return rest
        case ["range", _, _, *rest]:
            return rest
        case ["object-group", _, following, *rest] if (
            following in (*_ANY, "host", "object", "object-group") or "." in following
        ):
            return [following, *rest]
    return words
