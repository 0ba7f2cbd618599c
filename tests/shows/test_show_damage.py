"""Whatever becomes of a text on its way: no exception, and never fewer SAs without a word."""

from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nornir_ikediag import shows
from nornir_ikediag.capture import Source
from nornir_ikediag.model.reading import Reading
from tests.shows._recordings import Case, cases

_WITH_SAS = [
    case
    for case in cases("crypto_*_sa")
    if case.expected["facts"]["complete"] and (case.expected.get("ike_sas") or case.expected.get("child_sas"))
]
_LIMITS = settings(deadline=None, max_examples=15)


def _sas(reading: Reading) -> int:
    return len(reading.ike_sas) + len(reading.child_sas) + sum(len(child.sas) for child in reading.child_sas)


def _spoke(reading: Reading) -> bool:
    return not reading.facts.complete or bool(reading.facts.unread)


_BORDERS = ("Crypto map tag:", "interface:", "peer address:", "spi:", "outbound ah", "Session-id:", "IKE Peer")


def _at_a_border(case: Case, text: str) -> bool:
    """Whether what is left is whole by all that the device prints: the cut fell between two records, or between two SAs
    of one direction, or inside the last number of a record, which is not padded. No reader can tell that from a
    device with fewer tunnels; the collector can, and says so in `complete`."""
    rest = case.text.replace("\r\n", "\n")[len(text) :].strip("\n")
    last = text.rsplit("\n", 1)[-1].strip()
    return rest.split("\n")[0].strip().startswith(_BORDERS) or last.startswith("ESP spi in/out:") or "preshrd 8" in last


@pytest.mark.parametrize("case", _WITH_SAS, ids=lambda case: case.name)
def test_cut_anywhere(case: Case) -> None:
    text = case.text.replace("\r\n", "\n")
    whole = _sas(case.read(text))
    ends = [place for place, character in enumerate(text) if character == "\n"]
    for cut in sorted({*range(0, len(text), 13), *ends, *(end + 1 for end in ends), *(end - 1 for end in ends)}):
        reading = case.read(text[:cut])
        if _sas(reading) < whole and not _at_a_border(case, text[:cut]):
            assert _spoke(reading), f"{case.name} cut before character {cut}: {text[max(0, cut - 60) : cut]!r}"


_LOST_FOR_GOOD = ("log-lines-inside", "prompts-glued", "table-of-the-reference")


@pytest.mark.parametrize(
    "case", [case for case in _WITH_SAS if not case.name.endswith(_LOST_FOR_GOOD)], ids=lambda case: case.name
)
def test_all_line_breaks_lost(case: Case) -> None:
    whole, folded = case.read(), case.read(" ".join(case.text.split()))
    assert [(sa.peer, sa.state, sa.role) for sa in folded.ike_sas] == [
        (sa.peer, sa.state, sa.role) for sa in whole.ike_sas
    ]
    assert [(child.peer, child.selectors, child.spi_in) for child in folded.child_sas] == [
        (child.peer, child.selectors, child.spi_in) for child in whole.child_sas
    ]
    assert {sa.origin.line for sa in folded.ike_sas} <= {1}


@pytest.mark.parametrize(
    "text",
    [
        "IKE Peer: 192.0.2.1 State: MM_WAIT_MSG2",
        "1 IKE Peer: 192.0.2.1 Type : user Role : initiator Rekey : no State : MM_WAIT_MSG2",
        "IKE Peer: 192.0.2.1\n\n   Type    : user   Role    : initiator  Rekey   : no  State   : MM_WAIT_MSG2",
        "Total IKE SA: 1 1   IKE Peer: 192.0.2.1     Type : L2L\nRole: initiator\nState: MM_WAIT_MSG2",
    ],
)
def test_an_ike_sa_that_somebody_pasted_on_one_line(text: str) -> None:
    reading = shows.read(Source(name="pasted", text=text))
    assert [(sa.peer, sa.state) for sa in reading.ike_sas] == [("192.0.2.1", "MM_WAIT_MSG2")]
    assert reading.facts.unread == 0


@pytest.mark.parametrize("case", _WITH_SAS, ids=lambda case: case.name)
def test_any_line_lost(case: Case) -> None:
    lines = case.text.replace("\r\n", "\n").split("\n")
    whole = _sas(case.read())
    for number in range(len(lines)):
        reading = case.read("\n".join(lines[:number] + lines[number + 1 :]))
        if _sas(reading) < whole:
            assert _spoke(reading), f"{case.name} without {lines[number]!r}"


@pytest.mark.parametrize("case", _WITH_SAS, ids=lambda case: case.name)
def test_any_line_twice(case: Case) -> None:
    lines = case.text.replace("\r\n", "\n").split("\n")
    whole = _sas(case.read())
    for number in range(len(lines)):
        reading = case.read("\n".join(lines[: number + 1] + lines[number:]))
        assert _sas(reading) == whole or _spoke(reading), f"{case.name} with {lines[number]!r} twice"


@pytest.mark.parametrize("case", _WITH_SAS, ids=lambda case: case.name)
def test_garbled(case: Case) -> None:
    text = case.text
    whole = _sas(case.read())

    @_LIMITS
    @given(st.integers(0, len(text) - 1), st.text(min_size=1, max_size=3))
    def garble(place: int, instead: str) -> None:
        reading = case.read(text[:place] + instead + text[place + len(instead) :])
        assert _sas(reading) >= whole or _spoke(reading)

    garble()


@pytest.mark.parametrize("case", cases(), ids=lambda case: case.name)
def test_damage_of_any_kind_is_no_exception(case: Case) -> None:
    lines = case.text.split("\n")

    @_LIMITS
    @given(st.data())
    def damage(data: st.DataObject) -> None:
        kept = [line for line in lines for _ in range(data.draw(st.sampled_from((0, 1, 1, 1, 1, 2))))][:80]
        text = "\n".join(kept)
        cut = data.draw(st.integers(0, len(text)))
        shows.read(case.source(text[:cut] + data.draw(st.text(max_size=20)) + text[cut:]), shows.layouts()[case.stem])

    damage()


@settings(deadline=None, max_examples=100)
@given(st.text(), st.sampled_from(sorted(shows.layouts())))
def test_any_text_read_as_any_layout_is_no_exception(text: str, stem: str) -> None:
    reading = shows.read(Source(name="x", text=text), shows.layouts()[stem])
    assert reading.facts.unread <= reading.facts.lines
    assert shows.read(Source(name="x", text=text)).facts.unread <= reading.facts.lines


@pytest.mark.parametrize(
    "write", [str.upper, lambda text: text.replace(" ", "  "), lambda text: text.replace("\n", "\r\r\n")]
)
def test_other_blanks_and_line_ends_are_no_exception(write: Callable[[str], str]) -> None:
    for case in cases():
        case.read(write(case.text))


@pytest.mark.parametrize("stem", sorted(shows.layouts()))
@pytest.mark.parametrize("kind", [" ", "a", "A: ", "Bytes Tx : 1  ", "#a: 1, ", "1.", "x# "])
def test_a_line_without_end_is_no_trap(stem: str, kind: str) -> None:
    """No pattern goes back over a line again and again: that takes minutes, which the time limit of tests notices."""
    text = f"interface: outside\n{kind * 20_000}!\nConnection : x\nA{kind * 20_000}B\n"
    assert shows.read(Source(name="x", text=text), shows.layouts()[stem]).stem == stem
