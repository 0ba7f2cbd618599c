"""The state diagrams of the documentation, drawn from the tables that the replay walks through."""

from collections.abc import Iterator
from itertools import pairwise

from nornir_ikediag.model.sa import Role
from nornir_ikediag.protocol import ikev1_exchanges as ikev1
from nornir_ikediag.protocol import ikev2_exchanges as ikev2

_ROLES: tuple[Role, ...] = ("initiator", "responder")


def diagrams() -> dict[str, str]:
    """Mermaid text by title: a diagram for each exchange and role."""
    drawn = {
        f"IKEv1 {exchange}, {role}": "\n".join(_ikev1(exchange, role))
        for exchange in dict.fromkeys(message.exchange for message in ikev1.MESSAGES)
        for role in _ROLES
    }
    return drawn | {f"IKEv2, {role}": "\n".join(_ikev2(role)) for role in _ROLES}


def _ikev1(exchange: str, role: Role) -> Iterator[str]:
    """A message that we send takes us to the state in its row, one that we receive likewise."""
    yield "stateDiagram-v2"
    state = "[*]"
    for message in sorted(ikev1.MESSAGES, key=lambda one: one.number):
        if message.exchange != exchange:
            continue
        sends = message.sender == role
        entered = message.sent if sends else message.received
        payloads = " ".join(message.needs).replace("|", " or ")
        yield f"    {state} --> {entered}: {'send' if sends else 'receive'} {message.number} ({payloads})"
        state = entered
    yield f"    {state} --> [*]"


def _ikev2(role: Role) -> Iterator[str]:
    """The rows of this role, in the order in which a negotiation passes them; ``*`` where a row is a prefix."""
    yield "stateDiagram-v2"
    rows = [row for row in ikev2.STATES if row.exchange and row.role in (role, "unknown")]
    straight = [row for row in rows if row.stage != "xauth" and row.exchange in ("IKE_SA_INIT", "IKE_AUTH")]
    for before, after in pairwise(["[*]", *map(_shown, straight), "READY"]):
        yield f"    {before} --> {after}"
    auth = next(_shown(row) for row in straight if row.exchange == "IKE_AUTH")
    for before, after in pairwise([auth, *(_shown(row) for row in rows if row.stage == "xauth"), auth]):
        yield f"    {before} --> {after}: with EAP"
    later = [row for row in rows if row.exchange == "CREATE_CHILD_SA"]
    for row in later:
        yield f"    READY --> {_shown(row)}: later child SAs and rekeys"
        yield f"    {_shown(row)} --> READY"
    for row in (row for row in rows if row in straight or row in later or row.stage == "xauth"):
        yield f"    {_shown(row)}: {row.prefix}{'*' if row.prefix.endswith('_') else ''} ({row.exchange})"


def _shown(row: ikev2.StateRow) -> str:
    return row.prefix.rstrip("_")
