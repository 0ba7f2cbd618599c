"""Why a child SA is refused: transform, PFS, or the protected networks.

Theory. IKEv1 checks the proxy identities against the crypto maps first (`no matching crypto map entry`), and then the
proposal against the transform sets of the entry that matched, PFS included. IKEv2 does the same and prints both lists;
an empty `Expected Policies` means that no map entry was found to compare with, so that it speaks of the networks, the
peer or the entry and not of the transform. The platform line before it tells which.
"""

from nornir_ikediag.causes._attempts import failed_because, notify_name, phase_of
from nornir_ikediag.causes._configured import entries, proposals
from nornir_ikediag.causes._proposals import Difference, Proposal, attribute_of, differing, listed
from nornir_ikediag.model.event import Event, EventKind
from nornir_ikediag.model.negotiation import Negotiation
from nornir_ikediag.model.tunnel import Tunnel

# what a refused child SA explains, whoever refused it
SYMPTOMS = (
    "phase2-missing", "phase2-no-response", "child-sa-rejected-by-peer", "deleted-by-peer", "tunnel-down",
    "tunnel-negotiating", "packet-malformed", "rekey-failed", "tunnel-flapping", "spi-desynchronised",
    "ike-policy-lifetime-mismatch", "undetermined",
)  # fmt: skip

Refusal = tuple[Negotiation, Event]


def refused_for(tunnel: Tunnel, kind: str) -> tuple[Refusal, ...]:
    """The attempts whose child SA was refused for this: `transform`, `pfs`, `networks`, `map` or `peer`.

    A log that lacks the comparisons says `transform`: no second fault where another attempt shows PFS to be the one.
    """
    refused = failed_because(tunnel, lambda attempt, event: refusal(tunnel, attempt, event) == kind)
    if kind == "transform" and refused and refused_for(tunnel, "pfs"):
        return tuple((attempt, event) for attempt, event in refused if differences(attempt))
    return refused


def refusal(tunnel: Tunnel, attempt: Negotiation, event: Event) -> str | None:
    """What this reason of a failed attempt says of its child SA; None where it speaks of something else."""
    if event.kind == EventKind.NOTIFY_RECEIVED:
        return _told(attempt, event)
    if event.kind in (EventKind.CRYPTO_MAP_NOT_FOUND, EventKind.SELECTORS_REFUSED):
        return "map" if _map_is_at_fault(attempt) else "networks"
    if event.kind == EventKind.PFS_MISMATCH:
        return "pfs"
    if event.kind == EventKind.KE_WRONG_GROUP:
        return "pfs" if phase_of(attempt, event) == 2 else None
    return _proposal_refusal(tunnel, attempt) if event.kind == EventKind.IPSEC_PROPOSALS_REFUSED else None


def differences(attempt: Negotiation) -> tuple[Difference, ...]:
    """What the log shows to differ in the child SA's proposals: IKEv2 between the closest pairs, IKEv1 as printed."""
    offers, mine = _lists(attempt)
    if offers and mine:
        pairs = [(differing(offer, own), offer, own) for offer in offers for own in mine]
        fewest = min(len(names) for names, _, _ in pairs)
        found = (
            Difference(name, _words(offer, name), _words(own, name))
            for names, offer, own in pairs
            if len(names) == fewest
            for name in names
        )
        return tuple(dict.fromkeys(found))
    compared = (event for event in attempt.all(EventKind.MISMATCH, EventKind.PFS_MISMATCH) if _is_child_line(event))
    return tuple(
        dict.fromkeys(
            Difference(
                "dh-group" if event.kind == EventKind.PFS_MISMATCH else attribute_of(event),
                event.get("received"),
                event.get("configured"),
            )
            for event in compared
        )
    )


def comparison_lines(attempt: Negotiation) -> tuple[Event, ...]:
    """The lines behind :func:`differences`."""
    kinds = (EventKind.RECEIVED_POLICY, EventKind.EXPECTED_POLICY)
    lists = [event for event in attempt.all(*kinds) if event.get("protocol").upper() == "ESP"]
    return (
        *(event for event in attempt.all(EventKind.MISMATCH, EventKind.PFS_MISMATCH) if _is_child_line(event)),
        *lists,
    )


def offers_and_sets(tunnel: Tunnel, attempt: Negotiation) -> str:
    """Both lists in words, for the explanation; empty where neither is known."""
    offers, mine = _lists(attempt)
    ours = [own.text for own in mine] or [
        f"{one.name} ({' '.join((*one.encryption, *one.integrity))})" for one in proposals(tunnel, attempt.ike_version)
    ]
    offered = f" Offered: {'; '.join(offer.text for offer in offers)}." if offers else ""
    return offered + (f" Configured: {'; '.join(ours)}." if ours else "")


def _proposal_refusal(tunnel: Tunnel, attempt: Negotiation) -> str:
    if attempt.ike_version == 2 and not _lists(attempt)[1]:
        empty = [one for one in attempt.all(EventKind.EXPECTED_POLICY) if not one.get("proposal").strip()]
        checked = attempt.last(EventKind.CRYPTO_MAP_CHECK)
        if _map_is_at_fault(attempt):
            return "map"
        if empty or attempt.has(EventKind.SELECTORS_REFUSED) or (checked and checked.get("result") == "no-match"):
            return "networks"
    names = {one.attribute for one in differences(attempt)}
    if names:
        return "pfs" if names == {"dh-group"} else "transform"
    return "pfs" if _peer_sends_no_key_exchange(tunnel, attempt) else "transform"


def _peer_sends_no_key_exchange(tunnel: Tunnel, attempt: Negotiation) -> bool:
    # Quick Mode without a KE payload offers no PFS; an entry with `set pfs` refuses it
    if not any(entry.pfs_group for entry in entries(tunnel)):
        return False
    packets = [event for event in attempt.all(EventKind.PACKET) if event.get("direction") == "received"]
    first = [event for event in packets if {"SA", "ID"} <= set(event.get("payloads").upper().split())]
    quick = [event for event in first if "HASH" in event.get("payloads").upper().split()]
    return bool(quick) and "KE" not in quick[0].get("payloads").upper().split()


def _told(attempt: Negotiation, event: Event) -> str | None:
    name = notify_name(event)
    if phase_of(attempt, event) == 1:
        return None
    if name.startswith("INVALID_ID") or name in ("TS_UNACCEPTABLE", "SINGLE_PAIR_REQUIRED"):
        return "networks"
    if name.startswith("INVALID_KE"):
        return "pfs"
    malformed = name in ("PAYLOAD_MALFORMED", "INVALID_SYNTAX", "INVALID_PAYLOAD_TYPE")
    return None if malformed or "HASH" in name else "peer"


def _map_is_at_fault(attempt: Negotiation) -> bool:
    results = {event.get("result") for event in attempt.all(EventKind.CRYPTO_MAP_CHECK)}
    if attempt.has(EventKind.CRYPTO_MAP_PEER_MISMATCH):
        return True
    return attempt.ike_version == 2 and "no-match" not in results and bool(results & {"peer-mismatch", "incomplete"})


def _lists(attempt: Negotiation) -> tuple[tuple[Proposal, ...], tuple[Proposal, ...]]:
    offered = listed(attempt, EventKind.RECEIVED_POLICY, "ESP")
    return offered, listed(attempt, EventKind.EXPECTED_POLICY, "ESP")


def _is_child_line(event: Event) -> bool:
    return event.kind == EventKind.PFS_MISMATCH or event.get("phase") == "2"


def _words(proposal: Proposal, name: str) -> str:
    return ", ".join(sorted(proposal.values.get(name, ("none",))))
