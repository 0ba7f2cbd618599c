"""Nothing in silence: an unknown line is counted and quoted with its number, for every layout and at every place."""

import msgspec
import pytest

from nornir_ikediag import shows
from nornir_ikediag.capture import Source
from tests.shows._recordings import Case, cases, lines_with_numbers, plain

_UNKNOWN = "@@ a line that nothing of ours reads"
_COMPLETE = [case for case in cases() if case.expected["facts"]["complete"] and not case.expected["facts"]["unread"]]


@pytest.mark.parametrize("case", _COMPLETE, ids=lambda case: case.name)
def test_an_unknown_line_costs_itself_and_nothing_else(case: Case) -> None:
    text = case.text.replace("\r\n", "\n")
    lines = text.split("\n")
    in_certificate = False
    for number in range(len(lines)):
        in_certificate = (in_certificate or "crypto ca certificate chain" in lines[number - 1]) and lines[number] != "!"
        if in_certificate or "80-columns" in case.name or "lost-indentation" in case.name:
            continue  # there a line at the margin can belong to the one above it
        reading = case.read("\n".join([*lines[:number], _UNKNOWN, *lines[number:]]))
        quoted = [(evidence.line, evidence.text) for evidence in reading.facts.quoted]
        assert quoted == [(number + 1, _UNKNOWN)], f"{case.name}, in front of line {number + 1}"
        assert reading.facts.unread == 1
        found = (len(reading.ike_sas), len(reading.child_sas), len(reading.sessions), len(reading.statistics))
        expected = tuple(
            len(case.expected.get(name, ())) for name in ("ike_sas", "child_sas", "sessions", "statistics")
        )
        assert found == expected


def _answers(text: str, **fields: object) -> tuple[bool, bool, str | None, int]:
    source = Source(name="x", command="show crypto ipsec sa", text=text)
    facts = shows.read(msgspec.structs.replace(source, **fields)).facts
    return facts.complete, facts.refused, facts.problem, facts.unread


def test_no_sas_an_error_a_cut_and_nothing_are_four_answers() -> None:
    none = _answers("\nThere are no ipsec sas\n")
    refused = _answers("               ^\nERROR: % Invalid input detected at '^' marker.\n")
    error = _answers("ERROR: The database is locked\n")
    empty = _answers("")
    blank = _answers("\n  \n")
    cut = _answers("interface: outside\n    Crypto map tag: M, seq num: 1, local addr: 192.0.2.1\n")
    stopped = _answers("\nThere are no ipsec sas\n", complete=False)
    assert none == (True, False, None, 0)
    assert refused == (False, True, "the device refused the command (line 2)", 0)
    assert error == (False, False, "the device printed an error message instead of output (line 1)", 0)
    assert empty == blank == (False, False, "the output is empty: not even a line that says that there is none", 0)
    assert cut == (False, False, "the entry at line 2 has nothing in it", 0)
    assert stopped == (False, False, "the output was cut short: the device did not come back to its prompt", 0)


def test_an_error_behind_rows_says_that_more_would_have_come() -> None:
    case = next(case for case in cases("crypto_ipsec_sa") if case.raw.stem == "headed-by-peer")
    reading = case.read(case.text + "\nERROR: out of memory\n")
    assert len(reading.child_sas) == 2
    assert reading.facts.problem is not None
    assert reading.facts.problem.startswith("the device printed an error message in the middle of the output (line ")


def test_text_of_no_layout_is_unread_to_its_last_line() -> None:
    reading = shows.read(Source(name="notes.txt", text="\n\nbuy milk\n\ncall Oslo\n"))
    assert plain(reading) == {
        "facts": {
            "name": "notes.txt",
            "kind": "unknown",
            "lines": 2,
            "unread": 2,
            "complete": True,
            "refused": False,
            "quoted": ["3: buy milk", "5: call Oslo"],
        }
    }


def test_lines_keep_the_numbers_of_the_file_behind_thousands_of_blank_ones() -> None:
    case = next(case for case in cases("crypto_ipsec_sa") if case.raw.stem == "unknown-line")
    moved = case.read("\n" * 50_000 + case.text)
    here = case.read()
    assert [quoted.line for quoted in moved.facts.quoted] == [quoted.line + 50_000 for quoted in here.facts.quoted]
    assert moved.child_sas[0].origin.line == here.child_sas[0].origin.line + 50_000
    assert moved.child_sas[0].origin.text == here.child_sas[0].origin.text


@pytest.mark.parametrize("case", _COMPLETE, ids=lambda case: case.name)
def test_every_evidence_is_the_line_that_it_names(case: Case) -> None:
    printed = {f"{number}: {line.rstrip()}" for number, line in lines_with_numbers(case.text)}
    named = set(_evidence(plain(case.read())))
    assert named <= printed


def _evidence(value: object) -> list[str]:
    if isinstance(value, dict):
        return [text for one in value.values() for text in _evidence(one)]
    if isinstance(value, list):
        return [text for one in value for text in _evidence(one)]
    head = str(value).partition(": ")[0] if isinstance(value, str) else ""
    return [str(value)] if head.isdecimal() and ":" in str(value) else []
