"""The runner makes the rows of stock textfsm: on all our templates, and on templates with every option there is."""

import io
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import textfsm
from hypothesis import given, settings
from hypothesis import strategies as st

from nornir_ikediag import shows
from nornir_ikediag._paths import templates
from nornir_ikediag.errors import TemplateError
from nornir_ikediag.shows import _layout
from nornir_ikediag.shows._textfsm import Template
from tests.shows._recordings import Case, cases

_STEMS = sorted(stem for stem, show in shows.layouts().items() if show.template)
_LINES = {
    stem: sorted({line for case in cases(stem) for line in case.text.replace("\r", "").split("\n")}) for stem in _STEMS
}


def _stock(stem: str) -> textfsm.TextFSM:
    with (templates() / f"cisco_asa_{stem}.textfsm").open(encoding="utf-8") as file:
        return textfsm.TextFSM(file)


@pytest.mark.parametrize("case", [case for case in cases() if case.stem in _STEMS], ids=lambda case: case.name)
def test_the_rows_of_every_recording(case: Case) -> None:
    assert shows.template(case.stem).ParseText(case.text) == _stock(case.stem).ParseText(case.text)


@pytest.mark.parametrize("stem", _STEMS)
def test_the_rows_of_lines_in_any_order(stem: str) -> None:
    ours, stock = shows.template(stem), _stock(stem)

    @settings(deadline=None, max_examples=50)
    @given(st.lists(st.sampled_from(_LINES[stem]), max_size=60))
    def same(lines: list[str]) -> None:
        text = "\n".join(lines)
        stock.Reset()
        assert ours.ParseText(text) == stock.ParseText(text)

    same()


# Every option alone and with others, every operation, nested groups, optional groups, states that end the text.
_RULES = [
    "  ^a=${A}(?: b=${B})?$$",
    "  ^b=${B}$$ -> Record",
    "  ^c=${C}$$ -> Next.Record",
    "  ^d=${D}(?: a=${A})?$$",
    "  ^e=${E}$$ -> Continue",
    "  ^e -> Continue.Record",
    "  ^f=${F}$$ -> NoRecord",
    "  ^f -> Clear",
    "  ^g=${G}$$ -> Other",
    "  ^h -> Clearall Start",
    "  ^i=${I}$$ -> Record Other",
    "  ^j -> End",
    "  ^k -> EOF",
    "  ^$$ -> Record",
]
_OPTIONS = [
    "",
    "Filldown ",
    "Required ",
    "List ",
    "Fillup ",
    "Key ",
    "Filldown,Required ",
    "Filldown,List ",
    "List,Fillup ",
]
_OPTIONS += ["Required,List ", "List,Required ", "Required,Filldown ", "Fillup,Filldown "]
_NESTED = r"((?P<word>[a-z]+)(?P<number>\d*))"


@st.composite
def _templates(draw: st.DrawFn) -> str:
    values = []
    for name in "ABCDEFGI":
        option = draw(st.sampled_from(_OPTIONS))
        nested = option == "List " and draw(st.booleans())
        pattern = _NESTED.replace("word", f"word{name}").replace("number", f"number{name}") if nested else r"(\w*)"
        values.append(f"Value {option}{name} {pattern}")
    states = [
        [name, *draw(st.lists(st.sampled_from(_RULES), min_size=1, max_size=10))]
        for name in (["Start", "Other", "EOF"] if draw(st.booleans()) else ["Start", "Other"])
    ]
    bodies = ["\n".join(state if state[0] != "EOF" else ["EOF"]) for state in states]
    return "\n".join(values) + "\n\n" + "\n\n".join(bodies) + "\n"


@settings(deadline=None, max_examples=300)
@given(
    _templates(),
    st.lists(st.sampled_from([f"{c}={v}" for c in "abcdefgi" for v in ("", "x", "y1")] + list("efhjk") + [""])),
)
def test_the_rows_of_any_template(template: str, lines: list[str]) -> None:
    text = "\n".join(lines)
    stock = textfsm.TextFSM(io.StringIO(template))
    assert _outcome(Template(io.StringIO(template)), text) == _outcome(stock, text)


def _outcome(template: textfsm.TextFSM, text: str) -> object:
    """The rows, or the error: textfsm cannot take a nested list from a group that did not take part."""
    try:
        return template.ParseText(text)
    except TypeError as error:
        return str(error)


def test_an_error_rule_is_an_error_here_too() -> None:
    template = 'Value A (\\d+)\n\nStart\n  ^a=${A}$$ -> Record\n  ^. -> Error "no such line"\n'
    with pytest.raises(textfsm.TextFSMError, match="no such line"):
        Template(io.StringIO(template)).ParseText("a=1\nb=2\n")


def test_a_line_that_only_continues_is_read_by_nobody() -> None:
    template = "Value A (\\d+)\n\nStart\n  ^a -> Continue.Record\n  ^a=${A}$$\n"
    run = Template(io.StringIO(template)).run(["a=1", "abc", "", "   ", "a=2", "b"])
    assert run.rows == [["1"], ["2"]]
    assert run.origins == [[1], [5]]
    assert run.unread == [2, 6]


def test_threads_share_a_template() -> None:
    case = next(case for case in cases("crypto_ipsec_sa") if case.raw.stem == "several-interfaces-and-peers")
    template = shows.template("crypto_ipsec_sa")
    texts = [case.text.replace("198.51.100.7", f"198.51.100.{number}") for number in range(16)]
    alone = [template.ParseText(text) for text in texts]
    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(template.ParseText, texts * 4)) == alone * 4


def test_a_faulty_template_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_layout, "templates", lambda: tmp_path)
    (tmp_path / "cisco_asa_broken.textfsm").write_text("Value A (\\d+)\n\nStart\n  ^${B}\n")
    with pytest.raises(TemplateError, match=r"cisco_asa_broken\.textfsm is faulty"):
        _layout.load("broken")
    with pytest.raises(TemplateError, match=r"cisco_asa_lost\.textfsm could not be read"):
        _layout.load("lost")
