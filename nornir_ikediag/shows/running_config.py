"""`show running-config …`, whole, by section or pasted: what is configured for which peer. Never a key."""

import re
from collections.abc import Sequence
from typing import Any

from nornir_ikediag.model.configuration import Configuration, IkePolicy
from nornir_ikediag.model.evidence import Evidence
from nornir_ikediag.model.sa import IkeVersion
from nornir_ikediag.shows._configuration import Tree
from nornir_ikediag.shows._configured_groups import access_lists, address_pools, group_policies, tunnel_groups
from nornir_ikediag.shows._configured_maps import crypto_maps, proposals, tunnel_interfaces
from nornir_ikediag.shows._layout import Content, Show, Table

# What a whole configuration has in it: the names that Configuration.complete uses.
SECTIONS = frozenset(
    {"crypto", "tunnel-group", "group-policy", "ip local pool", "access-list", "logging", "interface", "names"}
)
_IKE_WORDS = {"isakmp": 1, "ikev1": 1, "ikev2": 2}


def _read(table: Table) -> Content:
    tree = Tree(table.lines)
    complete = _complete(table.command, tree)
    names = _names(tree)
    debug_trace = list(tree.starting("logging debug-trace"))
    policies, enabled = _ike(tree, table)
    configuration = Configuration(
        ike_policies=policies,
        proposals=proposals(tree, table),
        crypto_maps=crypto_maps(tree, table, names),
        tunnel_interfaces=tunnel_interfaces(tree, table, names),
        tunnel_groups=tunnel_groups(tree, table, complete="tunnel-group" in complete),
        group_policies=group_policies(tree, table),
        address_pools=address_pools(tree, table),
        access_lists=access_lists(tree, table, names),
        ike_enabled=enabled,
        nat_traversal_seconds=_nat_traversal(tree),
        isakmp_identity=_identity(tree),
        logging_debug_trace=True if debug_trace else False if "logging" in complete else None,
        names=tuple(names.items()),
        complete=complete,
    )
    device: dict[str, Any] = {}
    if debug_trace:
        device["debug_to_syslog"] = table.evidence(debug_trace[0].number)
    return Content(configuration=configuration, device=device, unread=tree.unread)


def _complete(command: str, tree: Tree) -> frozenset[str]:
    """The section that the command asked for; all of them behind `: end`; none in what somebody pasted."""
    if tree.ended:
        return SECTIONS
    if not command or "|" in command:
        return frozenset()
    words = [word for word in command.split()[2:] if word != "all"]
    return frozenset({" ".join(words)}) if words else frozenset()


def _names(tree: Tree) -> dict[str, str]:
    """`name 192.0.2.1 peer-one`: the address of each name."""
    return {command.words[2]: command.words[1] for command in tree.starting("name") if len(command.words) > 2}


def _ike(tree: Tree, table: Table) -> tuple[tuple[IkePolicy, ...], tuple[tuple[IkeVersion, str, Evidence], ...]]:
    """Policies, in blocks (`crypto ikev1 policy 10`) or a line each (`isakmp policy 10 group 2`); where IKE is on."""
    policies: dict[tuple[IkeVersion, int], dict[str, Any]] = {}
    enabled: list[tuple[IkeVersion, str, Evidence]] = []
    for command in tree.starting("crypto isakmp", "crypto ikev1", "crypto ikev2", "isakmp"):
        words = command.words[1:] if command.words[0] == "crypto" else command.words
        version: IkeVersion = 2 if words[0] == "ikev2" else 1
        match words[1:]:
            case ["policy", number, *inline] if number.isdecimal():
                fields = policies.setdefault((version, int(number)), {"lines": []})
                fields["lines"] += [table.evidence(line) for line in command.numbers]
                for text in [" ".join(inline), *(text for _, text in command.under)]:
                    _policy(fields, text.split())
            case ["enable", interface, *_]:
                enabled.append((version, interface, table.evidence(command.number)))
    made = tuple(
        IkePolicy(
            ike_version=version, number=number, origin=fields["lines"][0], **fields | {"lines": tuple(fields["lines"])}
        )
        for (version, number), fields in policies.items()
    )
    return made, tuple(enabled)


def _policy(fields: dict[str, Any], words: Sequence[str]) -> None:
    match words:
        case ["authentication", how, *_]:
            fields["authentication"] = how
        case ["encryption", *algorithms]:
            fields["encryption"] = tuple(algorithms)
        case ["hash" | "integrity", *algorithms]:
            fields["hash"] = tuple(algorithms)
        case ["prf", *algorithms]:
            fields["prf"] = tuple(algorithms)
        case ["group", *groups]:
            fields["dh_groups"] = tuple(groups)
        case ["lifetime", "seconds", seconds] | ["lifetime", seconds] if seconds.isdecimal():
            fields["lifetime_seconds"] = int(seconds)


def _nat_traversal(tree: Tree) -> int | None:
    """The keepalive interval; 20 where the line names none; 0 where a line says that it is off."""
    forms = [f"{word} nat-traversal" for word in ("crypto isakmp", "isakmp", "crypto ikev1")]
    if any(tree.starting(*(f"no {form}" for form in forms))):
        return 0
    found = [command.words[-1] for command in tree.starting(*forms)]
    if not found:
        return None
    return int(found[-1]) if found[-1].isdecimal() else 20


def _identity(tree: Tree) -> str | None:
    for command in tree.starting("crypto isakmp identity", "isakmp identity", "crypto ikev1 identity"):
        return " ".join(command.words[command.words.index("identity") + 1 :]) or None
    return None


SHOW = Show(
    commands=(
        "show running-config",
        "show startup-config",
        "show configuration",
        "more system:running-config",
        "write terminal",
        "show access-list",
    ),
    starts=re.compile(
        r"(?:: Saved|: Hardware:|(?:ASA|PIX|NGFW) Version \S|hostname \S+\s*$|names\s*$"
        r"|(?:no )?crypto (?:map|dynamic-map|ipsec|isakmp|ikev1|ikev2) |isakmp (?:policy|enable|identity) "
        r"|tunnel-group \S+ (?:type|general-attributes|ipsec-attributes)"
        r"|group-policy \S+ (?:internal|external|attributes)|ip local pool \S+ \d"
        r"|logging (?:enable|timestamp|buffered \w+|debug-trace)(?: persistent)?\s*$"
        r"|access-list \S+ (?:line \d+ )?(?:extended|remark) [^\n]*(?!\s*\n\s*local\s+ident)$"  # not in an SA
        r"|interface (?:\w*Ethernet|Port-channel|Management|Vlan|Tunnel|Redundant|BVI)\S*\s*$)",
        re.MULTILINE,
    ),
    reader=_read,
    template=False,
    empty_means_none=True,
)
