"""No IKE proposal of one end is acceptable to the other.

What you see
`All SA proposals found unacceptable`, an FSM history that ends in MM_START or AM_BLD_MSG2; in IKEv2 `Failed to find a
matching policy`, `No Matching proposal found`. At the end that was refused: `No proposal chosen (14)`, or nothing.

What it means
Several attributes differ, or the log does not tell which one. The end that refuses knows the reason; the initiator
seldom does.

How to be sure
Put both lists beside each other: encryption with key length, hash or integrity, PRF, Diffie-Hellman group,
authentication. A lifetime alone refuses nothing.

How to fix it
Agree on one complete policy and enter it on both ends. Adding a policy does not take anything from other peers.

References
- RFC 2408 section 3.14.1 (NO-PROPOSAL-CHOSEN), RFC 7296 section 3.10.1
- Cisco document 113574, "ASA IPsec and IKE Debugs (IKEv1 Main Mode) Troubleshooting TechNote"
- asa-syslog: 713048, 713257, 713904, 750003
"""

from nornir_ikediag.causes import _policies, _steps
from nornir_ikediag.causes._attempts import nothing
from nornir_ikediag.causes._configured import policy_lines
from nornir_ikediag.causes._findings import found
from nornir_ikediag.causes._proposals import ATTRIBUTES, Comparison
from nornir_ikediag.causes._wording import at_time, mode
from nornir_ikediag.model.tunnel import Tunnel
from nornir_ikediag.model.verdict import Alternative, Cause, Confidence, Found, Verdict

CAUSE = Cause(
    title="No IKE proposal is acceptable to both ends",
    family="phase1",
    severity="critical",
    needs=("log",),
    explains=_policies.SYMPTOMS,
)

_ASK_BRIEFLY = " Which IKE (phase 1) proposals does your side have for our address?"
_ASK = (
    "Please send the IKE (phase 1) proposals as configured on your side for our address: encryption with key length, "
)
_ASK += "hash or integrity, PRF, Diffie-Hellman group, authentication method and lifetime."

_WE_REFUSE = "We refuse every IKE proposal of the peer"
_DETAIL = "a debug at level 127 of the next attempt: it prints what was received and what is configured"
_ONE_OF = tuple(
    Alternative(f"ike-policy-{attribute}-mismatch", "possible", _DETAIL)
    for attribute in ("encryption", "hash", "dh-group", "auth-method")
)
_OF_CHILD = Alternative("ipsec-transform-mismatch", "possible", "whether the debug shows IKE_AUTH, with the child SA")


def match(tunnel: Tunnel) -> Verdict:
    """A refusal, here or at the peer, that no single attribute explains."""
    known = _policies.refusals(tunnel)
    left = [(pair, compared) for pair, compared in known if compared.single not in ATTRIBUTES]
    if len(left) < len(known):  # another attempt shows the one attribute: those without detail are no second fault
        left = [(pair, compared) for pair, compared in left if compared.differences]
    here = [(pair, compared) for pair, compared in left if not _policies.peer_refused(*pair)]
    if here:
        return _refused_here(tunnel, [pair for pair, _ in here], here[0][1])
    return _refused_there(tunnel, [pair for pair, _ in left]) if left else nothing(tunnel)


def _refused_here(tunnel: Tunnel, claimed: list[_policies.Refusal], compared: Comparison) -> Found:
    attempt, event = claimed[0]
    several = (
        f": {_policies.described(compared.differences)}"
        if compared.differences
        else "; the log does not tell what differs"
    )
    told, answered = _policies.exchange_is_told(attempt), attempt.ike_version == 2 and attempt.role == "initiator"
    lists = ""
    if compared.offers or compared.policies:
        offers = "; ".join(compared.offers) or "not printed"
        lists = f" Offered: {offers}. Configured: {'; '.join(compared.policies) or 'not read'}."
    guessed = not told or (attempt.outcome == "incomplete" and event.trust == "supposed")
    implied: Confidence = "possible" if guessed else "likely"
    what = "The peer's answer to our IKE proposals fits no policy of ours" if answered else _WE_REFUSE
    began = "We began: what the peer chose, or sent instead of a choice, is none of our offers. " if answered else ""
    return found(
        claimed,
        summary=f"{what} ({mode(attempt)}){several}",
        explanation=f"{began}No pair of an offered proposal and a policy of ours agrees in every attribute.{lists}",
        also=compared.lines,
        confidence="certain" if compared.full else implied,
        side="unknown",
        alternatives=() if compared.differences else (_ONE_OF if told else (_OF_CHILD, *_ONE_OF)),
        configuration=policy_lines(tunnel, attempt.ike_version),
        next_steps=_policies.policy_steps(tunnel, list(compared.differences) if compared.full else []),
        ask_peer=(f"{_policies.to_mail(compared.differences)}{_ASK_BRIEFLY}" if compared.differences else _ASK,),
    )


def _refused_there(tunnel: Tunnel, claimed: list[_policies.Refusal]) -> Found:
    attempt, _ = claimed[0]
    told = _policies.exchange_is_told(attempt)
    ours = "IKE proposals" if told else "proposals"
    log = f"Please send your log about our attempt{at_time(tunnel, attempt.ended_at)}: the end that refuses knows why."
    return found(
        claimed,
        summary=f"The peer refuses our {ours} (NO_PROPOSAL_CHOSEN, {mode(attempt)}) and does not say why",
        explanation="Only the peer's log can tell which attribute it does not accept, or that it does not know us."
        if told
        else "IKE_SA_INIT (IKE policy) and IKE_AUTH (IPsec proposal) are refused in the same words, and no line tells "
        "which of them it was.",
        confidence="likely" if told else "possible",
        side="peer",
        alternatives=(
            *(() if told else (_OF_CHILD,)),
            Alternative("tunnel-group-missing", "possible", "the peer's log: no configuration for our address"),
            Alternative("ike-mode-mismatch", "possible", "the peer's log: the mode or IKE version is not allowed"),
        ),
        configuration=policy_lines(tunnel, attempt.ike_version),
        next_steps=(_steps.show_policies(tunnel), _steps.show_map(tunnel), _steps.show_ike_sa(tunnel)),
        ask_peer=(f"{log}{_ASK_BRIEFLY}", "Is there a configuration for our public address on your side?"),
    )
