"""The finding for an IKE policy that is refused: one attribute that differs, or several, or unknown ones."""

from nornir_ikediag.causes import _steps
from nornir_ikediag.causes._attempts import failed_because, notify_name, phase_of, shows_packets
from nornir_ikediag.causes._configured import policy_lines
from nornir_ikediag.causes._findings import found
from nornir_ikediag.causes._once import once_per_subject
from nornir_ikediag.causes._proposals import Comparison, Difference, compare, spelling
from nornir_ikediag.causes._wording import join
from nornir_ikediag.model.event import Event, EventKind
from nornir_ikediag.model.negotiation import Negotiation
from nornir_ikediag.model.tunnel import Tunnel
from nornir_ikediag.model.verdict import Confidence, Found, Step

Refusal = tuple[Negotiation, Event]

# what an IKE policy that is refused explains, whichever attribute it is
SYMPTOMS = (
    "tunnel-down", "tunnel-negotiating", "deleted-by-peer", "peer-stopped-answering", "peer-no-reply",
    "reply-path-blocked", "packet-malformed", "rekey-failed", "tunnel-flapping", "child-sa-rejected-by-peer",
    "ike-policy-lifetime-mismatch", "undetermined",
)  # fmt: skip

# the words of a policy line, IKEv1 and IKEv2
_COMMANDS = {
    "encryption": ("encryption", "encryption"),
    "hash": ("hash", "integrity"),
    "prf": ("prf", "prf"),
    "dh-group": ("group", "group"),
    "auth-method": ("authentication", "authentication"),
}


def peer_refused(attempt: Negotiation, event: Event) -> bool:
    """Whether the peer refused our offer (`No proposal chosen` while the IKE SA is being built)."""
    told = event.kind == EventKind.NOTIFY_RECEIVED and notify_name(event) == "NO_PROPOSAL_CHOSEN"
    return told and phase_of(attempt, event) == 1


def exchange_is_told(attempt: Negotiation) -> bool:
    """Whether the log tells which exchange is refused: one wording serves IKE_SA_INIT and the child SA in IKE_AUTH. A
    responder that knows the group of its peer is past IKE_SA_INIT, and the replay has said so."""
    if attempt.ike_version == 1 or attempt.role == "responder":
        return True
    return shows_packets(attempt) or bool(attempt.stopped_at) or attempt.has(EventKind.RECEIVED_POLICY)


@once_per_subject
def refusals(tunnel: Tunnel) -> tuple[tuple[Refusal, Comparison], ...]:
    """The attempts that died of an IKE policy, whoever refused it, with what differs in each."""
    ours = failed_because(tunnel, lambda attempt, event: event.kind == EventKind.IKE_PROPOSALS_REFUSED)
    theirs = failed_because(tunnel, peer_refused)
    return tuple((pair, compare(tunnel, pair[0])) for pair in ours + theirs)


def one_attribute(tunnel: Tunnel, attribute: str, name: str) -> Found | None:
    """The finding that the policies differ in this attribute alone, or None. ``name`` is how one says the attribute."""
    alike = [(pair, compared) for pair, compared in refusals(tunnel) if compared.single == attribute]
    if not alike:
        return None
    (attempt, event), compared = alike[0]
    name = "integrity algorithm" if attribute == "hash" and attempt.ike_version == 2 else name
    differing = [one for one in compared.differences if one.attribute == attribute]
    theirs, ours = _values(differing)
    return found(
        [pair for pair, _ in alike],
        summary=f"The IKE policies differ in the {name} alone: the peer offers {theirs}, we have {ours}",
        explanation=_explain(compared, name),
        also=compared.lines,
        confidence=_confidence(compared, attempt, event),
        side="peer" if event.kind == EventKind.NOTIFY_RECEIVED else "unknown",
        configuration=policy_lines(tunnel, attempt.ike_version),
        next_steps=policy_steps(tunnel, differing),
        ask_peer=(
            f"Which {name} does your IKE policy for our address use? We accept {ours}; you offered {theirs}.",
            "Please send the IKE (phase 1) proposal as configured on your side: encryption, hash or integrity, PRF, "
            "Diffie-Hellman group, authentication and lifetime.",
        ),
    )


def policy_steps(tunnel: Tunnel, differing: list[Difference]) -> tuple[Step, ...]:
    """Compare, then add a policy that has what the peer offers: an added policy takes nothing from other peers."""
    version = _steps.version_of(tunnel)
    steps = [_steps.show_policies(tunnel), _steps.show_ike_sa(tunnel)]
    lines = dict.fromkeys(
        f"{_COMMANDS[one.attribute][version - 1]} {_command_value(one)}"
        for one in differing
        if one.attribute in _COMMANDS and one.received and "unknown" not in one.received.lower()
    )
    if lines:
        policy = f"crypto {_steps.keyword(tunnel)} policy <unused number>"
        steps.append(_steps.change(policy, "add a policy for this peer, the rest as in the peer's proposal"))
        why = "accepts the peer's offer; every other peer may then choose it too. Or the peer changes to ours"
        steps.extend(_steps.change(line, why) for line in lines)
    return tuple(steps)


def described(differences: tuple[Difference, ...]) -> str:
    """`encryption (offered 3DES-CBC, configured AES-CBC) and dh-group (…)`."""
    pairs = ((one, _said(one.attribute, one.received), _said(one.attribute, one.configured)) for one in differences[:6])
    return join(f"{one.attribute} (offered {theirs}, configured {ours})" for one, theirs, ours in pairs)


def to_mail(differences: tuple[Difference, ...]) -> str:
    """The same to the peer's engineer, as a sentence; nothing where nothing is known to differ."""
    pairs = ((one, _said(one.attribute, one.received), _said(one.attribute, one.configured)) for one in differences[:3])
    said = "; ".join(f"{one.attribute}: you offer {theirs}, we have {ours}" for one, theirs, ours in pairs)
    return f"Our log has {said}." if said else ""


def _confidence(compared: Comparison, attempt: Negotiation, event: Event) -> Confidence:
    if compared.full:
        return "certain"
    implied = event.trust == "supposed" and attempt.outcome == "incomplete"
    return "possible" if implied else "likely"


def _explain(compared: Comparison, name: str) -> str:
    if compared.full:
        lists = f" Offered: {'; '.join(compared.offers)}. Accepted: {'; '.join(compared.policies)}."
        return f"Both lists are known in full, and in the closest pair nothing but the {name} differs.{lists}"
    ours = f" Our policies: {'; '.join(compared.policies)}." if compared.policies else ""
    return (
        f"Every comparison that the device printed fails on the {name}. It prints one attribute a comparison, "
        f"so that another one could differ as well.{ours}"
    )


def _values(differing: list[Difference]) -> tuple[str, str]:
    theirs = join(dict.fromkeys(_said(one.attribute, one.received) for one in differing))
    return theirs, join(dict.fromkeys(_said(one.attribute, one.configured) for one in differing), "or")


def _said(attribute: str, value: str) -> str:
    if attribute != "dh-group" or not value[:1].isdigit():
        return value or "nothing"
    return f"groups {value}" if "," in value else f"group {value}"


def _command_value(difference: Difference) -> str:
    words = [spelling(word.strip()) for word in difference.received.split(",")]
    return "aes" if words[0] == "aes-128" else words[0]
