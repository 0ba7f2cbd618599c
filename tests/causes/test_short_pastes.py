"""What is said of a few pasted lines: the summary, the phase and what else it could be, in full."""

from pathlib import Path

import pytest

from nornir_ikediag.intake import intake
from nornir_ikediag.pipeline import judge
from nornir_ikediag.report import _words as words

_ENDS = "%ASA-4-750003: Local:192.0.2.1:500 Remote:198.51.100.1:500 Username:Unknown IKEv2 "
_BEGINS = (
    "%ASA-5-750001: Local:192.0.2.1:500 Remote:198.51.100.1:500 Username:Unknown IKEv2 Received request to establish "
    "an IPsec tunnel; local traffic selector = Address Range: 10.1.0.0-10.1.255.255 Protocol: 0 Port Range: 0-65535; "
    "remote traffic selector = Address Range: 10.2.0.0-10.2.255.255 Protocol: 0 Port Range: 0-65535\n"
)
_ABORTED = "Negotiation aborted due to ERROR: "
_CHILD = ("proxy-identity-mismatch", "ipsec-transform-mismatch", "pfs-mismatch")
_PHASE1 = ("ike-policy-mismatch", "pre-shared-key-mismatch", "peer-no-reply", "tunnel-group-missing")
_ATTRIBUTES = tuple(f"ike-policy-{name}-mismatch" for name in ("encryption", "hash", "dh-group", "auth-method"))
_NOT_TOLD = "the log does not tell which"
_UNEXPLAINED = "The negotiation failed (IKEv2): the log does not tell why"
_REFUSED = "The peer's answer to our IKE proposals fits no policy of ours (IKEv2); the log does not tell what differs"
_POLICY = "phase 1, IKE policy"

CASES = [
    (
        f"Our partner sent me only this: {_ABORTED}Failed to receive the AUTH msg before the timer expired",
        "The peer never authenticated itself: its message did not come in time",
        "phase 1, authentication",
        ("fragment-loss", "nat-t-port-blocked", "reply-path-blocked"),
    ),
    (
        "Stuck in MM_WAIT_MSG5, the ASA says: Group = 198.51.100.7, IP = 198.51.100.7, Received encrypted Oakley Main "
        "Mode packet with invalid payloads, MessID = 0",
        "The pre-shared keys differ: the peer's message does not fit our key (IKEv1)",
        "phase 1, authentication",
        (),
    ),
    (
        'I see "IP = 198.51.100.7, Can\'t find a valid tunnel group, aborting...!" in the log.',
        "No tunnel-group matches the peer: there is none called 198.51.100.7",
        "configuration of the tunnel",
        (),
    ),
    (
        f"4 Nov 20 2026 750003 {_ENDS.partition(': ')[2]}{_ABORTED}Failed to authenticate the IKE SA",
        "The pre-shared keys differ: the peer's message does not fit our key (IKEv2)",
        "phase 1, authentication",
        (),
    ),
    (f"IKEv2 {_ABORTED}Something nobody heard of", _UNEXPLAINED, _NOT_TOLD, _PHASE1),
    (f"{_ENDS}{_ABORTED}Something nobody heard of", _UNEXPLAINED, _NOT_TOLD, _PHASE1),
    (f"{_ENDS}{_ABORTED}Create child exchange failed", _UNEXPLAINED, "phase 2, IPsec", _CHILD),
    (f"IKEv2 {_ABORTED}Create child exchange failed", _UNEXPLAINED, "phase 2, IPsec", _CHILD),
    *(
        (
            line,
            "The peer does not answer: a message of ours was repeated in vain, and the log does not tell which",
            "before phase 1 is through: packets do not arrive",
            ("peer-stopped-answering", "nat-t-port-blocked", "dead-peer-detected"),
        )
        for line in (
            "Maximum number of retransmissions reached",
            "IKEv2-PROTO-1: (34): Maximum number of retransmissions reached",
            f"{_BEGINS}{_ENDS}{_ABORTED}Maximum number of retransmissions reached",
        )
    ),
    *(
        (
            f"IKEv2-PROTO-1: {number}Failed to locate an item in the database",
            _UNEXPLAINED,
            _NOT_TOLD,
            ("tunnel-group-missing", "pre-shared-key-missing", "identity-mismatch"),
        )
        for number in ("", "(34): ")
    ),
    ("IKEv2-PROTO-2: (34): Create child exchange failed", _UNEXPLAINED, "phase 2, IPsec", _CHILD),
    (
        f"{_ENDS}{_ABORTED}Failed to locate an item in the database",
        _UNEXPLAINED,
        _NOT_TOLD,
        ("tunnel-group-missing", "pre-shared-key-missing", "identity-mismatch"),
    ),
    (
        "%ASA-4-752012: IKEv2 was unsuccessful at setting up a tunnel.  Map Tag = outside_map.  "
        "Map Sequence Number = 10.",
        _UNEXPLAINED,
        _NOT_TOLD,
        _PHASE1,
    ),
    (
        "%ASA-4-752017: IKEv2 Backup L2L tunnel initiation denied on interface outside matching crypto map "
        "outside_map, sequence number 10. Unsupported configuration.",
        "Our entry has backup peers, which this release serves with IKEv1 alone: IKEv2 does not start a tunnel",
        "configuration of the tunnel",
        (),
    ),
    (
        "%ASA-4-750015: Local:192.0.2.1:500 Remote:198.51.100.1:500 Username:198.51.100.1 IKEv2 deleting IPSec SA. "
        "Reason: invalid SPI notification received for SPI 0x5C2D5A9B; local traffic selector = Address Range: "
        "10.1.0.0-10.1.255.255 Protocol: 0 Port Range: 0-65535; remote traffic selector = Address Range: "
        "10.2.0.0-10.2.255.255 Protocol: 0 Port Range: 0-65535",
        "The peer lacks SAs that we used, and we deleted them (seen once)",
        "after it was up",
        (),
    ),
    (
        f"{_BEGINS}{_ENDS}{_ABORTED}Failed to find a matching policy",
        _REFUSED,
        _POLICY,
        ("ipsec-transform-mismatch", *_ATTRIBUTES),
    ),
    (
        f"{_BEGINS}{_ENDS}{_ABORTED}Received no proposal chosen notify",
        "The peer refuses our proposals (NO_PROPOSAL_CHOSEN, IKEv2) and does not say why",
        _POLICY,
        ("ipsec-transform-mismatch", "tunnel-group-missing", "ike-mode-mismatch"),
    ),
]


@pytest.mark.parametrize(("text", "summary", "phase", "others"), CASES)
def test_says_what_the_lines_can_tell(
    text: str, summary: str, phase: str, others: tuple[str, ...], tmp_path: Path
) -> None:
    paste = tmp_path / "paste.log"
    paste.write_text(text + "\n", encoding="utf-8")
    device = judge(intake([str(paste)]).captures[0])
    finding = device.findings[0]
    negotiation = words.negotiation_of(finding, device)
    told = (finding.summary, words.phase(finding, negotiation), tuple(one.cause for one in finding.alternatives))
    assert told == (summary, phase, others)
