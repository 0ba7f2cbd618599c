"""Offers against policies, attribute by attribute.

Theory. IKEv2 prints both lists in full (`Received Policies`, `Expected Policies`), so the pair that differs in the
fewest attributes shows what is really wrong. IKEv1 prints one differing attribute for some refused pairs and nothing
for others: when every line names the same attribute it is the likely one, and the configuration can narrow it down,
but only the peer's own list could prove it. When closest pairs differ in different attributes none is singled out.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from nornir_ikediag.causes._configured import policies, read
from nornir_ikediag.model.configuration import IkePolicy
from nornir_ikediag.model.event import Event, EventKind
from nornir_ikediag.model.negotiation import Negotiation
from nornir_ikediag.model.tunnel import Tunnel

ATTRIBUTES = ("encryption", "hash", "prf", "dh-group", "auth-method")

# the device's words for an attribute class in `Mismatched attribute types for class …`
_CLASSES = (
    (r"encryption|key length|transform", "encryption"),
    (r"hash|hmac|integrity", "hash"),
    (r"prf", "prf"),
    (r"group", "dh-group"),
    (r"auth", "auth-method"),
)


@dataclass(frozen=True, slots=True)
class Difference:
    """One attribute that differs: what the other end offers and what this end has, in the device's words."""

    attribute: str
    received: str
    configured: str


@dataclass(frozen=True, slots=True)
class Comparison:
    """What differs between the closest pairs. ``single`` names the one attribute when it is one; ``full`` when both
    lists were complete, so that nothing else can differ. ``offers`` and ``policies`` are for a person to read."""

    differences: tuple[Difference, ...]
    single: str | None
    full: bool
    offers: tuple[str, ...] = ()
    policies: tuple[str, ...] = ()
    lines: tuple[Event, ...] = ()


@dataclass(frozen=True, slots=True)
class Proposal:
    """The algorithms of one proposal or policy by attribute; an attribute that is not known is missing."""

    text: str
    values: dict[str, frozenset[str]]
    child: bool = False


def attribute_of(event: Event) -> str:
    """Which of ATTRIBUTES a MISMATCH event speaks of; its own words where none fits."""
    words = event.get("attribute")
    return next((name for pattern, name in _CLASSES if re.search(pattern, words, re.IGNORECASE)), words.lower())


def compare(tunnel: Tunnel, attempt: Negotiation) -> Comparison:
    """What differs between the offers that this attempt's log shows and our policies."""
    received = listed(attempt, EventKind.RECEIVED_POLICY, "IKE")
    expected = listed(attempt, EventKind.EXPECTED_POLICY, "IKE") or _configured(tunnel, attempt)
    if received and expected:
        lines = attempt.all(EventKind.RECEIVED_POLICY, EventKind.EXPECTED_POLICY)
        return closest(received, expected, lines)
    other = tunnel.other_end.device.configuration if tunnel.other_end else None
    mine = _configured(tunnel, attempt)
    if other and mine and (theirs := tuple(map(_of_policy, _numbered(other.ike_policies, attempt)))):
        return closest(theirs, mine, attempt.all(EventKind.MISMATCH))
    return _from_mismatches(attempt, mine)


def listed(attempt: Negotiation, kind: EventKind, protocol: str) -> tuple[Proposal, ...]:
    """The proposals of a printed list; the empty list's own event holds no proposal."""
    events = (event for event in attempt.all(kind) if (event.get("protocol") or "IKE").upper() == protocol)
    return tuple(map(_printed, (event for event in events if event.get("proposal").strip())))


def _printed(event: Event) -> Proposal:
    named = {
        "encryption": event.get("encryption"), "prf": event.get("prf"), "hash": event.get("integrity"),
        "dh-group": event.get("dh_group"),
    }  # fmt: skip
    values = {name: frozenset(words.split()) for name, words in named.items() if words}
    return Proposal(" ".join(event.get("proposal").split()), values, child=event.get("protocol").upper() == "ESP")


def closest(offers: Sequence[Proposal], mine: Sequence[Proposal], lines: Iterable[Event]) -> Comparison:
    """The pairs that differ in the fewest attributes decide."""
    pairs = [(differing(offer, policy), offer, policy) for offer in offers for policy in mine]
    fewest = min(len(names) for names, _, _ in pairs)
    nearest = [(names, offer, policy) for names, offer, policy in pairs if len(names) == fewest]
    distinct = {names for names, _, _ in nearest}
    differences = (
        Difference(name, _words(offer.values[name]), _words(policy.values[name]))
        for names, offer, policy in nearest
        for name in names
    )
    return Comparison(
        differences=tuple(dict.fromkeys(differences)),
        single=next(iter(distinct))[0] if len(distinct) == 1 and fewest == 1 else None,
        full=True,
        offers=tuple(offer.text for offer in offers),
        policies=tuple(policy.text for policy in mine),
        lines=tuple(lines),
    )


def _from_mismatches(attempt: Negotiation, mine: Sequence[Proposal]) -> Comparison:
    lines = [event for event in attempt.all(EventKind.MISMATCH) if event.get("phase", "1") == "1"]
    differences = tuple(
        dict.fromkeys(Difference(attribute_of(one), one.get("received"), one.get("configured")) for one in lines)
    )
    # the XAUTH variant of every policy is compared too: noise beside any other attribute
    telling = tuple(one for one in differences if "XAUTH" not in (one.received + one.configured).upper())
    differences = telling or differences
    names = {one.attribute for one in differences}
    single = next(iter(names)) if len(names) == 1 else None
    if mine and differences:  # a policy that has what was received is nearer than those the lines speak of
        nearest = closest([_received(differences)], mine, ())
        single = nearest.single
    return Comparison(
        differences=differences,
        single=single,
        full=False,
        policies=tuple(policy.text for policy in mine),
        lines=tuple(lines),
    )


def _received(differences: Iterable[Difference]) -> Proposal:
    values: dict[str, set[str]] = {}
    for one in differences:
        words = {"aes-128", "aes-192", "aes-256"} if one.received.upper() in ("AES", "AES-CBC") else {one.received}
        values.setdefault(one.attribute, set()).update(words)
    return Proposal("", {name: frozenset(words) for name, words in values.items()})


def _configured(tunnel: Tunnel, attempt: Negotiation) -> tuple[Proposal, ...]:
    return tuple(map(_of_policy, policies(tunnel, attempt.ike_version))) if read(tunnel).ike_policies else ()


def _numbered(found: Iterable[IkePolicy], attempt: Negotiation) -> list[IkePolicy]:
    return [policy for policy in found if policy.ike_version == attempt.ike_version]


def _of_policy(policy: IkePolicy) -> Proposal:
    method = (policy.authentication,) if policy.authentication and policy.ike_version == 1 else ()
    named = {
        "encryption": policy.encryption, "hash": policy.hash, "prf": policy.prf,
        "dh-group": policy.dh_groups, "auth-method": method,
    }  # fmt: skip
    text = " ".join((*method, *policy.encryption, *policy.hash, *policy.prf, *(f"group {n}" for n in policy.dh_groups)))
    return Proposal(
        f"policy {policy.number}: {text}",
        {name: frozenset(map(spelling, values)) for name, values in named.items() if values},
    )


def differing(offer: Proposal, policy: Proposal) -> tuple[str, ...]:
    """The attributes in which the two have nothing in common. An attribute that one of them does not name cannot tell,
    except a child SA's group: there its absence means no PFS."""
    return tuple(
        name
        for name in ATTRIBUTES
        if (name in offer.values and name in policy.values and not _shared(offer, policy, name))
        or (name == "dh-group" and offer.child and (name in offer.values) != (name in policy.values))
    )


def _shared(offer: Proposal, policy: Proposal, name: str) -> bool:
    return bool({spelling(one) for one in offer.values[name]} & {spelling(one) for one in policy.values[name]})


def spelling(value: str) -> str:
    """One spelling for `AES-CBC-256` and `aes-256`, `SHA96` and `sha`, `SHA256` and `sha256`."""
    word = value.lower().replace("_", "-").replace("cbc-", "").removesuffix("-cbc").removeprefix("group ")
    word = word.replace("sha2-", "sha").removesuffix("-96")
    same = {
        "aes": "aes-128", "sha96": "sha", "sha1": "sha", "sha-1": "sha", "md596": "md5",
        "preshared key": "pre-share", "preshared": "pre-share", "rsa signature": "rsa-sig", "256": "aes-256",
        "192": "aes-192", "128": "aes-128",
    }  # fmt: skip
    return same.get(word, word)


def _words(values: frozenset[str]) -> str:
    return ", ".join(sorted(values))
