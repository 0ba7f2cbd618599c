"""Report formats: one module each, found by folder. A module offers ``render(report, paper) -> str``.

What a report is made of stands in ``model/report.py``; nothing here judges, it only words and lays out.
"""

import importlib
import pkgutil
from typing import Protocol

import msgspec

from nornir_ikediag.errors import UsageError
from nornir_ikediag.model.report import Report


class Paper(msgspec.Struct, frozen=True):
    """What the report is written on. ``width`` None: a pipe or a file, lines are left as long as they are.

    ``colour`` asks for terminal escapes; formats that are no text for people ignore both.
    """

    width: int | None = None
    colour: bool = False


class Render(Protocol):
    """What every format module offers under the name ``render``: called once, with the whole report."""

    def __call__(self, report: Report, paper: Paper) -> str: ...


def formats() -> tuple[str, ...]:
    """The names of the formats, sorted: the stems of the public modules of this folder."""
    return tuple(sorted(found.name for found in pkgutil.iter_modules(__path__) if not found.name.startswith("_")))


def render(report: Report, format_name: str, paper: Paper | None = None) -> str:
    """The report in that format, ending in a line end. Raises UsageError for a format that does not exist."""
    if format_name not in formats():
        raise UsageError(f"There is no report format {format_name}. There are: {', '.join(formats())}.")
    module_render: Render = importlib.import_module(f"{__name__}.{format_name}").render
    return module_render(report, paper or Paper())
