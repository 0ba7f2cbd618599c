"""The report as one self-contained page: no script, nothing loaded from elsewhere, every value escaped."""

from pathlib import Path

from nornir_ikediag.model.report import Report
from nornir_ikediag.report import Paper
from nornir_ikediag.report import _words as words
from nornir_ikediag.report._opening import counted, opening
from nornir_ikediag.report._runs import runs

_TEMPLATE = Path(__file__).with_name("_page.html.j2")


def render(report: Report, paper: Paper) -> str:
    """The page. Jinja2 is loaded here, and only here, because nobody else needs it."""
    del paper
    from jinja2 import Environment, StrictUndefined  # noqa: PLC0415

    environment = Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    environment.filters |= {
        "printable": words.printable,
        "where": words.where,
        "moment": words.moment,
        "whom": words.whom,
        "selectors": words.selectors,
        "plural": words.plural,
        "span": words.span,
        "attempt": words.attempt,
        "runs": runs,
    }
    page = environment.from_string(_TEMPLATE.read_text(encoding="utf-8"))
    block = "\n".join(line.plain for line in opening(report, None))
    return page.render(report=report, block=block, counted=counted(report), words=words) + "\n"
