"""The block that is pasted into a ticket, of every cause's recordings as a terminal of 80 columns shows it.

`IKEDIAG_UPDATE=1` rewrites the `expect.block` of a case; the difference is then to be read like any other change.
"""

import os
import re
from pathlib import Path

import pytest

from nornir_ikediag.intake import intake
from nornir_ikediag.model.report import ReportDevice
from nornir_ikediag.pipeline import judge
from nornir_ikediag.report._opening import LINES, Subject, block

_HERE = Path(__file__).parent
_COLUMNS = 80
_CASES = sorted(case for case in _HERE.glob("*/fires-*") if case.is_dir())
# one of each kind of advice: what is typed, with what is known of the tunnel in it, and what is mailed
_IN_FULL = {
    "address_pool_exhausted": "fires-pool-full",
    "certificate_invalid": "fires-ikev2-revoked",
    "child_sa_rejected_by_peer": "fires-ikev1",
    "crypto_map_order": "fires-an-earlier-entry-matches",
    "dead_peer_detected": "fires-lost-and-gone",
    "device_unreachable": "fires-no-answer",
    "fragment_loss": "fires-fragments-missing",
    "ike_mode_mismatch": "fires-aggressive-mode-disabled",
    "ike_policy_mismatch": "fires-ikev1-several",
    "ipsec_transform_mismatch": "fires-ikev2",
    "login_failed": "fires-refused",
    "no_outbound_traffic": "fires-nothing-sent-back",
    "peer_no_reply": "fires-ikev2",
    "peer_stopped_answering": "fires-after-message-two",
    "pfs_mismatch": "fires-peer-without-pfs",
    "phase2_no_response": "fires-quick-mode",
    "pre_shared_key_mismatch": "fires-responder-cannot-decrypt",
    "pre_shared_key_missing": "fires-ikev2-nothing-for-self",
    "proxy_identity_mismatch": "fires-ikev1-wrong-mask",
    "spi_desynchronised": "fires-invalid-spi",
    "tunnel_unexpected": "fires-nothing-names-it",
    "undetermined": "fires-unknown-step",
}


def _device(case: Path) -> ReportDevice:
    files = sorted(str(path) for path in case.iterdir() if not path.name.startswith("expect."))
    return judge(intake(files).captures[0])


def _blocks(case: Path) -> list[str]:
    """The lines of the block of the case's own cause."""
    device, cause = _device(case), case.parent.name.replace("_", "-")
    finding = next(one for one in device.findings if one.cause == cause)
    return [line.plain for line in block(Subject(device, finding), _COLUMNS)]


@pytest.mark.parametrize("stem", _IN_FULL)
def test_the_block_in_full(stem: str) -> None:
    expected = _HERE / stem / _IN_FULL[stem] / "expect.block"
    printed = "\n".join(_blocks(_HERE / stem / _IN_FULL[stem])) + "\n"
    if os.environ.get("IKEDIAG_UPDATE"):
        expected.write_text(printed, encoding="utf-8")
    assert printed == expected.read_text(encoding="utf-8")


@pytest.mark.parametrize("case", _CASES, ids=lambda case: f"{case.parent.name}/{case.name}")
def test_every_block_can_be_pasted_typed_and_mailed(case: Path) -> None:
    lines = _blocks(case)
    assert len(lines) <= LINES
    assert all(len(line) <= _COLUMNS for line in lines)
    for finding in _device(case).findings:
        commands = [step.command for step in finding.next_steps]
        assert len(commands) == len(set(commands)), "no command twice"
        if finding.peer is not None:
            assert "<peer>" not in " ".join(commands), "the peer is known"
        assert not re.search(r"^[a-z]|\.$|\bunknown\b|\bNone\b", finding.summary)
        for question in finding.ask_peer:
            assert re.search(r"^[A-Z].*[.?]$", question), question
            assert not re.search(r"\bNone\b|\blocal \d|\bhim\b|\bhis\b", question), question
