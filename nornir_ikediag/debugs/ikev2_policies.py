"""The policy comparison in an IKEv2 debug: what the peer offered, what this end expects, and what that says.

Theory: on a refusal the device prints `Failed to find a matching policy`, `Received Policies:` with one line per
proposal, the same sentence again, and `Expected Policies:` likewise. IKE lists are numbered from 1; child SA lists
begin with `ESP:` and are numbered from 0. A child SA list is chosen by way of the crypto map: when no entry matched
there is nothing to expect, the list is empty, and the platform line before it says what the crypto map lacked. Only a
refusal after a proxy match is about the transforms.
"""

import re

from nornir_ikediag.debugs.ikev2_proposals import attributes, is_proposal
from nornir_ikediag.model.event import Event, EventKind
from nornir_ikediag.model.evidence import Evidence

_HEADING = re.compile(r"(Received|Expected) Polic(?:ies|y):?", re.IGNORECASE)
_POLICY = re.compile(r"(?:\b(?P<protocol>ESP|AH|IKE)[:\s]\s*)?\bProposal\s+(?P<number>\d+):", re.IGNORECASE)
_MOST_POLICIES = 1_000
_REFUSAL = re.compile(r"Failed to (?:find a matching policy|verify the proposed policies)", re.IGNORECASE)
_MAP_VERDICTS: dict[str, tuple[EventKind, str]] = {
    "peer-mismatch": (EventKind.CRYPTO_MAP_PEER_MISMATCH, "the crypto map entry names another peer"),
    "incomplete": (EventKind.CRYPTO_MAP_INCOMPLETE, "the crypto map entry is incomplete"),
    "no-match": (EventKind.SELECTORS_REFUSED, "no crypto map entry matches the traffic selectors"),
}

Kept = tuple[EventKind, Evidence, dict[str, str], str]  # kind, line, fields, trust


class Comparison:
    """One comparison. It is open until a line comes that does not belong to it."""

    def __init__(self, number: str | None) -> None:
        self.number = number
        self._refusals: list[Evidence] = []
        self._headings: dict[str, Evidence] = {}
        self._policies: list[tuple[str, Evidence, dict[str, str]]] = []
        self._side = ""

    def take(self, origin: Evidence, text: str) -> bool:
        """Whether this line belongs to the comparison; if so, what it says is kept."""
        if _REFUSAL.match(text):
            self._refusals.append(origin)
            self._side = ""
            return True
        heading = _HEADING.match(text)
        if heading:
            self._side = heading[1].lower()
            self._headings.setdefault(self._side, origin)
            rest = text[heading.end() :].strip()
            return not rest or self._policy(origin, rest)
        return bool(self._side) and self._policy(origin, text)

    def _policy(self, origin: Evidence, text: str) -> bool:
        """One proposal, several that a terminal joined, or the wrapped rest of the one before."""
        starts = list(_POLICY.finditer(text))
        before = text[: starts[0].start()] if starts else text
        if before.strip() and not self._goes_on(before):
            return False
        if len(self._policies) > _MOST_POLICIES:
            return False
        for start, end in zip(starts, [*(one.start() for one in starts[1:]), len(text)], strict=True):
            protocol = (start["protocol"] or "IKE").upper()
            words = " ".join(text[start.end() : end].split())
            fields = {"number": start["number"], "protocol": protocol, "proposal": words}
            self._policies.append((self._side, origin, fields))
        return True

    def _goes_on(self, text: str) -> bool:
        if not self._policies or self._policies[-1][0] != self._side or not is_proposal(text):
            return False
        self._policies[-1][2]["proposal"] += " " + " ".join(text.split())
        return True

    @property
    def is_refusal(self) -> bool:
        """Whether the device said that nothing matches (lists alone are printed by some releases on success, too)."""
        return bool(self._refusals)

    def events(self, map_checks: list[Event]) -> list[Kept]:
        """What the comparison says, with the crypto map checks that went before it."""
        kept: list[Kept] = []
        for side, origin, fields in self._policies:
            kind = EventKind.RECEIVED_POLICY if side == "received" else EventKind.EXPECTED_POLICY
            kept.append((kind, origin, {**fields, **attributes(fields["proposal"], fields["protocol"])}, "recorded"))
        nothing_expected = "expected" in self._headings and not any(side == "expected" for side, *_ in self._policies)
        if nothing_expected:
            fields = {"number": "", "protocol": self._protocol(), "proposal": ""}
            kept.append((EventKind.EXPECTED_POLICY, self._headings["expected"], fields, "recorded"))
        if not self._refusals:
            return kept
        if nothing_expected and self._protocol() != "IKE":
            verdict = self._map_verdict(map_checks)
        else:
            kind, known = self._proposal_verdict()
            verdict = (kind, self._refusals[0], known, "recorded")
        rest = self._refusals if verdict[1] is not self._refusals[0] else self._refusals[1:]
        return [*kept, verdict, *((EventKind.CONSEQUENCE, origin, {}, "recorded") for origin in rest)]

    def _protocol(self) -> str:
        return next((fields["protocol"] for _, _, fields in self._policies), "")

    def _proposal_verdict(self) -> tuple[EventKind, dict[str, str]]:
        protocol = self._protocol()
        if not protocol:
            return EventKind.IKE_PROPOSALS_REFUSED, {"phase": "unknown"}
        if protocol == "IKE":
            return EventKind.IKE_PROPOSALS_REFUSED, {"phase": "1", "protocol": protocol}
        groups = self._groups_alone()
        if groups is not None:
            return EventKind.PFS_MISMATCH, {"phase": "2", "received": groups[0], "configured": groups[1]}
        return EventKind.IPSEC_PROPOSALS_REFUSED, {"phase": "2", "protocol": protocol}

    def _groups_alone(self) -> tuple[str, str] | None:
        """The Diffie-Hellman groups of a received and an expected child proposal that differ in nothing else."""
        both: dict[str, list[dict[str, str]]] = {"received": [], "expected": []}
        for side, _, fields in self._policies:
            both[side].append(attributes(fields["proposal"], fields["protocol"]))
        for offer in both["received"]:
            for policy in both["expected"]:
                if _meet(offer, policy, "encryption") and _meet(offer, policy, "integrity"):
                    groups = offer.get("dh_group", ""), policy.get("dh_group", "")
                    if groups[0] != groups[1] and not set(groups[0].split()) & set(groups[1].split()):
                        return groups
        return None

    def _map_verdict(self, map_checks: list[Event]) -> Kept:
        for result, (kind, reason) in _MAP_VERDICTS.items():
            check = next((one for one in reversed(map_checks) if one.get("result") == result), None)
            if check is not None:
                return kind, check.origin, {**check.fields, "reason": reason, "final": "yes"}, check.trust
        reason = "no crypto map entry fits: nothing is expected"
        return EventKind.SELECTORS_REFUSED, self._headings["expected"], {"reason": reason, "list": "empty"}, "supposed"


def begins(text: str) -> bool:
    """Whether a comparison begins with this line."""
    return _REFUSAL.match(text) is not None or _HEADING.match(text) is not None


def _meet(offer: dict[str, str], policy: dict[str, str], name: str) -> bool:
    if name not in offer and name not in policy:
        return True
    return bool(set(offer.get(name, "").split()) & set(policy.get(name, "").split()))
