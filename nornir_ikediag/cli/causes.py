"""`ikediag causes`: the catalogue, or the documentation of one cause as it stands in its module."""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Annotated

import typer

from nornir_ikediag.cli._output import paper, say
from nornir_ikediag.errors import UsageError

if TYPE_CHECKING:
    from rich.text import Text

    from nornir_ikediag.causes import CauseModule


def command(
    cause: Annotated[str | None, typer.Argument(metavar="[ID]", help="The id that a finding bears.")] = None,
) -> int:
    """List the causes that ikediag knows, or explain one of them.

    \b
    Examples:
      ikediag causes
      ikediag causes pre-shared-key-mismatch
    """
    from nornir_ikediag.causes import catalogue

    known = catalogue()
    if cause is None:
        say(_listed(known))
    elif cause in known:
        say(_documented(known[cause]))
    else:
        close = difflib.get_close_matches(cause, known, n=3, cutoff=0.5)
        hint = f"Did you mean {' or '.join(close)}?" if close else "`ikediag causes` lists them."
        raise UsageError(f"There is no cause {cause}. {hint}")
    return 0


def _listed(known: Mapping[str, CauseModule]) -> str:
    from rich.text import Text

    from nornir_ikediag.report._layout import printed, table
    from nornir_ikediag.report._words import SEVERITY_STYLES

    rows = [
        (
            Text(one.id, "bold"),
            one.cause.family,
            Text(one.cause.severity, SEVERITY_STYLES[one.cause.severity]),
            one.cause.title,
        )
        for one in known.values()
    ]
    end = f"{len(known)} causes. `ikediag causes ID` explains one."
    return printed([table(("ID", "Family", "Severity", "Title"), rows), Text(""), Text(end, "dim")], paper())


def _documented(one: CauseModule) -> str:
    from rich.text import Text

    from nornir_ikediag.report._layout import hanging, printed
    from nornir_ikediag.report._words import SEVERITY_STYLES

    pieces: list[Text] = [
        Text(one.id, "bold underline"),
        Text(f"{one.cause.title}").append(
            f"  [{one.cause.family}, {one.cause.severity}]", SEVERITY_STYLES[one.cause.severity]
        ),
        hanging("reads ", ", ".join(one.cause.needs) or "whatever there is", "dim"),
    ]
    if one.cause.explains:
        pieces.append(hanging("explains ", ", ".join(one.cause.explains), "dim"))
    for title, body in one.documentation.items():
        pieces += [Text(""), Text(title, "bold"), *_paragraphs(body)]
    return printed(pieces, paper())


def _paragraphs(body: str) -> Iterator[Text]:
    """Every paragraph and every item of a list as one line, for the terminal to fold: the source is folded at 120."""
    from nornir_ikediag.report._layout import hanging

    lines: list[str] = []
    for line in body.splitlines():
        if lines and lines[-1] and line.strip() and not line.startswith("- "):
            lines[-1] += f" {line.strip()}"
        else:
            lines.append(line.strip())
    for line in lines:
        item = line.startswith("- ")
        yield hanging("- " if item else "", line[2:] if item else line)
