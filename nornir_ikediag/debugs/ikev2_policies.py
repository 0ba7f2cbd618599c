"""The policy comparison in an IKEv2 debug: what the peer offered, what this end expects, and what that says.

Theory: on a refusal the device prints `Failed to find a matching policy`, `Received Policies:` with one line per
proposal, the same sentence again, and `Expected Policies:` likewise. IKE lists are numbered from 1; child SA lists
begin with `ESP:` and are numbered from 0. A child SA list is chosen by way of the crypto map: when no entry matched
there is nothing to expect, the list is empty, and the platform line before it says what the crypto map lacked. Only a
refusal after a proxy match is about the transforms.
"""

import re
from typing import NamedTuple

from nornir_ikediag.debugs.ikev2_proposals import attributes, is_proposal
from nornir_ikediag.debugs.ikev2_told import Told, told
from nornir_ikediag.model.event import Event, EventKind
from nornir_ikediag.model.evidence import Evidence

_HEADING = re.compile(r"(Received|Expected) Polic(?:ies|y):?", re.IGNORECASE)
_POLICY = re.compile(r"(?:\b(?P<protocol>ESP|AH|IKE)[:\s]\s*)?\bProposal\s+(?P<number>\d+):", re.IGNORECASE)
_MOST_POLICIES = 1_000
_REFUSAL = re.compile(r"Failed to (?:find a matching policy|verify the proposed policies)", re.IGNORECASE)
_KINDS = {"received": EventKind.RECEIVED_POLICY, "expected": EventKind.EXPECTED_POLICY}
_MAP_VERDICTS: dict[str, tuple[EventKind, str]] = {
    "peer-mismatch": (EventKind.CRYPTO_MAP_PEER_MISMATCH, "the crypto map entry names another peer"),
    "incomplete": (EventKind.CRYPTO_MAP_INCOMPLETE, "the crypto map entry is incomplete"),
    "no-match": (EventKind.SELECTORS_REFUSED, "no crypto map entry matches the traffic selectors"),
}


class Line(NamedTuple):
    """What a line of a comparison says: that nothing matches, whose list begins, the wrapped ``rest`` of the policy
    before, policies (several that a terminal joined)."""

    refuses: bool = False
    side: str = ""
    rest: str = ""
    policies: tuple[dict[str, str], ...] = ()


class Comparison:
    """One comparison. It is open until a line comes that does not belong to it."""

    def __init__(self, number: str | None) -> None:
        self.number = number
        self._refusals: list[Evidence] = []
        self._headings: dict[str, Evidence] = {}
        self._policies: list[tuple[str, Evidence, dict[str, str]]] = []
        self._side = ""

    def take(self, origin: Evidence, line: Line | None) -> bool:
        """Whether this line belongs to the comparison; if so, what it says is kept."""
        if line is None:
            return False
        if line.refuses:
            self._refusals.append(origin)
            self._side = ""
            return True
        if line.side:
            self._side = line.side
            self._headings.setdefault(self._side, origin)
        if not self._side or (line.rest and not self._goes_on(line.rest)):
            return False
        if line.policies:
            if len(self._policies) > _MOST_POLICIES:
                return False
            self._policies += [(self._side, origin, policy) for policy in line.policies]
        return True

    def _goes_on(self, rest: str) -> bool:
        """Whether this is the wrapped rest of the policy before, which then has it."""
        if not self._policies or self._policies[-1][0] != self._side or not is_proposal(rest):
            return False
        side, origin, policy = self._policies[-1]
        whole = _policy(policy["number"], policy["protocol"], f"{policy['proposal']} {' '.join(rest.split())}")
        self._policies[-1] = (side, origin, whole)
        return True

    @property
    def is_refusal(self) -> bool:
        """Whether the device said that nothing matches (lists alone are printed by some releases on success, too)."""
        return bool(self._refusals)

    def tells(self, map_checks: list[Event]) -> list[tuple[Evidence, Told]]:
        """What the comparison says, with the crypto map checks that went before it."""
        kept = [(origin, _told(_KINDS[side], fields)) for side, origin, fields in self._policies]
        nothing_expected = "expected" in self._headings and not any(side == "expected" for side, *_ in self._policies)
        if nothing_expected:
            fields = {"number": "", "protocol": self._protocol(), "proposal": ""}
            kept.append((self._headings["expected"], _told(EventKind.EXPECTED_POLICY, fields)))
        if not self._refusals:
            return kept
        if nothing_expected and self._protocol() != "IKE":
            verdict = self._map_verdict(map_checks)
        else:
            verdict = (self._refusals[0], _told(*self._proposal_verdict()))
        rest = self._refusals if verdict[0] is not self._refusals[0] else self._refusals[1:]
        return [*kept, verdict, *((origin, _told(EventKind.CONSEQUENCE, {})) for origin in rest)]

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
            both[side].append(fields)
        for offer in both["received"]:
            for policy in both["expected"]:
                if _meet(offer, policy, "encryption") and _meet(offer, policy, "integrity"):
                    groups = offer.get("dh_group", ""), policy.get("dh_group", "")
                    if groups[0] != groups[1] and not set(groups[0].split()) & set(groups[1].split()):
                        return groups
        return None

    def _map_verdict(self, map_checks: list[Event]) -> tuple[Evidence, Told]:
        for result, (kind, reason) in _MAP_VERDICTS.items():
            check = next((one for one in reversed(map_checks) if one.get("result") == result), None)
            if check is not None:
                fields = {**check.fields, "reason": reason, "final": "yes"}
                return check.origin, told(kind, fields, "policies", check.trust)
        fields = {"reason": "no crypto map entry fits: nothing is expected", "list": "empty"}
        return self._headings["expected"], told(EventKind.SELECTORS_REFUSED, fields, "policies", "supposed")


def begins(text: str) -> bool:
    """Whether a comparison begins with this line."""
    return _REFUSAL.match(text) is not None or _HEADING.match(text) is not None


def line_of(text: str) -> Line | None:
    """What this text says as a line of a comparison; None where it is in no comparison, whatever goes before it."""
    if _REFUSAL.match(text):
        return Line(refuses=True)
    heading = _HEADING.match(text)
    side = heading[1].lower() if heading else ""
    text = text[heading.end() :] if heading else text
    starts = list(_POLICY.finditer(text))
    rest = (text[: starts[0].start()] if starts else text).strip()
    if rest and not side and not is_proposal(rest):
        return None
    ends = [*(one.start() for one in starts[1:]), len(text)]
    policies = [
        _policy(start["number"], (start["protocol"] or "IKE").upper(), " ".join(text[start.end() : end].split()))
        for start, end in zip(starts, ends, strict=False)
    ]
    return Line(side=side, rest=rest, policies=tuple(policies))


def _policy(number: str, protocol: str, proposal: str) -> dict[str, str]:
    return {"number": number, "protocol": protocol, "proposal": proposal, **attributes(proposal, protocol)}


def _told(kind: EventKind, fields: dict[str, str]) -> Told:
    return Told(kind, fields, "policies", "recorded", None, None, None)


def _meet(offer: dict[str, str], policy: dict[str, str], name: str) -> bool:
    if name not in offer and name not in policy:
        return True
    return bool(set(offer.get(name, "").split()) & set(policy.get(name, "").split()))
