"""The report as one self-contained page: no script, nothing loaded from elsewhere, every value escaped."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from nornir_ikediag.model.report import Report, Walk
from nornir_ikediag.report import Paper
from nornir_ikediag.report import _words as words
from nornir_ikediag.report._device import child_sa, ike_sa, status, total, window
from nornir_ikediag.report._fleet import at_a_glance
from nornir_ikediag.report._opening import LABEL_WIDTH, counted, opening
from nornir_ikediag.report._runs import runs
from nornir_ikediag.report._walk import COLUMNS, rows, title

_HERE = Path(__file__).parent


def _told(walk: Walk) -> list[list[tuple[str, str]]]:
    """The steps, each value with its column, without the columns in which nothing stands."""
    steps = rows(walk)
    filled = [at for at in range(len(COLUMNS)) if any(row[at] for row in steps)]
    return [[(COLUMNS[at], row[at]) for at in filled] for row in steps]


_FILTERS: dict[str, Callable[..., Any]] = {
    "printable": words.printable,
    "where": words.where,
    "moment": words.moment,
    "whom": words.whom,
    "proof": words.proof,
    "not_judged": words.not_judged,
    "selectors": words.selectors,
    "plural": words.plural,
    "attempt": words.attempt,
    "runs": runs,
    "state": words.state,
    "status": status,
    "total": total,
    "ike_sa": ike_sa,
    "child_sa": child_sa,
    "window": lambda debug: [line.plain.removeprefix("Debug window  ") for line in window(debug)],
    "walk_title": title,
    "walk_columns": lambda walk: [name for name, _ in next(iter(_told(walk)), [])],
    "walk_rows": _told,
}


def render(report: Report, paper: Paper) -> str:
    """The page. Jinja2 is loaded here, and only here, because nobody else needs it."""
    del paper
    from jinja2 import Environment, FileSystemLoader, StrictUndefined  # noqa: PLC0415

    environment = Environment(
        loader=FileSystemLoader(_HERE),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters |= _FILTERS
    return environment.get_template("_page.html.j2").render(
        report=report,
        block=[line.plain for line in opening(report, None)],
        label_width=LABEL_WIDTH + 2,
        fleet=[(device, at_a_glance(device)) for device in report.devices] if len(report.devices) > 1 else [],
        counted=counted(report),
        words=words,
    )
