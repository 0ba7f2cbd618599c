"""Every cause fires on its own recordings and on nothing else's.

`tests/causes/<stem>/fires-<case>/` and `silent-<case>/` hold loose files as a user hands them in: logs, show output,
configuration. In a `fires` case `expect.tsv` lists every finding above info, the one to act on first in front, as
`cause  confidence  side  proof` (proof: `file:line` of the proving line; the last three may be empty but in the first
row). In a `silent` case the cause must not be there at all; if it has an `expect.tsv`, the rest must equal it.
"""

import csv
import re
from pathlib import Path

import pytest

from nornir_ikediag.intake import intake
from nornir_ikediag.model.report import Finding, ReportDevice
from nornir_ikediag.pipeline import judge

HERE = Path(__file__).parent
CASES = sorted(case for case in HERE.glob("*/*-*") if case.is_dir() and case.name.startswith(("fires-", "silent-")))
FIRES = [case for case in CASES if case.name.startswith("fires-")]
SILENT = [case for case in CASES if case.name.startswith("silent-")]

# what a proposed command may look like: nothing that touches another tunnel, nothing that leaves the device open
_FORBIDDEN = (
    r"^clear crypto (isakmp|ikev1|ikev2|ipsec) sa$",
    r"^clear (configure|isakmp|ipsec)\b",
    r"^(no )?crypto map \S+ interface\b",
    r"^debug\b",
    r"^(reload|write erase|copy)\b",
    r"more system:",
)


def _name(case: Path) -> str:
    return f"{case.parent.name}/{case.name}"


def _judge(case: Path) -> ReportDevice:
    files = sorted(str(path) for path in case.iterdir() if not path.name.startswith("expect."))
    taken = intake(files)
    assert not taken.problems
    assert len(taken.captures) == 1, "loose files of a case are one device"
    return judge(taken.captures[0])


def _expected(case: Path) -> list[dict[str, str]]:
    with (case / "expect.tsv").open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream, delimiter="\t", quoting=csv.QUOTE_NONE))


def _row(finding: Finding) -> dict[str, str]:
    proof = finding.evidence[0]
    where = f"{Path(proof.source).name}:{proof.line}"
    return {"cause": finding.cause, "confidence": finding.confidence, "side": finding.side, "proof": where}


def _to_act_on(device: ReportDevice, stem: str) -> list[Finding]:
    own = stem.replace("_", "-")
    return [finding for finding in device.findings if finding.severity != "info" or finding.cause == own]


@pytest.mark.parametrize("case", FIRES, ids=_name)
def test_the_cause_fires_and_nothing_else_does(case: Path) -> None:
    rows = [_row(finding) for finding in _to_act_on(_judge(case), case.parent.name)]
    expected = _expected(case)
    assert case.parent.name.replace("_", "-") in {row["cause"] for row in expected}
    assert [row["cause"] for row in rows] == [row["cause"] for row in expected], rows
    for got, wanted in zip(rows, expected, strict=True):
        assert got == {name: wanted.get(name) or value for name, value in got.items()}
    assert all(expected[0].get(name) for name in ("confidence", "side", "proof")), "the first row is complete"


@pytest.mark.parametrize("case", SILENT, ids=_name)
def test_the_cause_keeps_silent_on_a_near_miss(case: Path) -> None:
    found = _judge(case).findings
    assert case.parent.name.replace("_", "-") not in {finding.cause for finding in found}
    if (case / "expect.tsv").exists():
        above = [finding.cause for finding in found if finding.severity != "info"]
        assert above == [row["cause"] for row in _expected(case)]


@pytest.mark.parametrize("case", CASES, ids=_name)
def test_every_next_step_is_safe_and_every_finding_is_complete(case: Path) -> None:
    for finding in _judge(case).findings:
        assert finding.evidence, finding.cause
        assert finding.summary, finding.cause
        assert "\n" not in finding.summary, finding.cause
        for step in finding.next_steps:
            assert not any(re.search(pattern, step.command) for pattern in _FORBIDDEN), step
            assert "\n" not in step.command
            if step.command.startswith("show "):
                assert step.effect == "read-only"
            if step.command.startswith("clear "):
                assert step.effect == "resets-this-tunnel"
                assert finding.peer
                assert finding.peer in step.command
            if step.effect == "changes-configuration":
                assert step.why


def test_who_asks_for_l2tp_is_a_client_and_needs_transport_mode() -> None:
    device = _judge(HERE / "ipsec_transform_mismatch" / "fires-l2tp-in-transport-mode")
    assert [tunnel.kind for tunnel in device.tunnels] == ["remote-access"]
    commands = [step.command for step in device.findings[0].next_steps]
    assert "crypto ipsec ikev1 transform-set <name> mode transport" in commands
