"""The catalogue of causes, found by folder: one module a cause, its file stem the id with ``_`` for ``-``.

A module whose name starts with an underscore is shared reasoning, not a cause. The documentation of a cause is its
module docstring in fixed sections; the program prints that same text.
"""

import importlib
import inspect
import pkgutil
import re
import typing
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from types import ModuleType
from typing import Any, Literal

from nornir_ikediag.model.device import Device
from nornir_ikediag.model.tunnel import Tunnel
from nornir_ikediag.model.verdict import Cause, Verdict

SECTIONS = ("What you see", "What it means", "How to be sure", "How to fix it", "References")

Subject = Literal["tunnel", "device"]


@dataclass(frozen=True, slots=True)
class CauseModule:
    """A member of the catalogue. ``documentation`` maps each section's title to its text, in their fixed order;
    ``references`` are the entries of the last section. ``match`` takes a Tunnel or a Device, as ``subject`` says."""

    id: str
    cause: Cause
    documentation: Mapping[str, str]
    references: tuple[str, ...]
    subject: Subject
    match: Callable[[Any], Verdict]


@cache
def catalogue() -> Mapping[str, CauseModule]:
    """Every cause by its id, in alphabetical order. Raises TypeError, naming the module, when one breaks the form."""
    stems = sorted(module.name for module in pkgutil.iter_modules(__path__) if not module.name.startswith("_"))
    members = (_member(importlib.import_module(f"{__name__}.{stem}"), stem) for stem in stems)
    return {member.id: member for member in members}


def sections_of(docstring: str) -> dict[str, str]:
    """The text of each section of a cause's docstring by its title. A section's title stands alone on its line."""
    parts = re.split(rf"(?m)^({'|'.join(SECTIONS)})\n", inspect.cleandoc(docstring))
    return {title: text.strip() for title, text in zip(parts[1::2], parts[2::2], strict=True)}


def _member(module: ModuleType, stem: str) -> CauseModule:
    documentation = sections_of(module.__doc__ or "")
    if tuple(documentation) != SECTIONS:
        raise TypeError(f"{module.__name__}: the docstring must have the sections {', '.join(SECTIONS)}, in that order")
    if not isinstance(getattr(module, "CAUSE", None), Cause):
        raise TypeError(f"{module.__name__}: there must be a constant CAUSE")
    return CauseModule(
        id=stem.replace("_", "-"),
        cause=module.CAUSE,
        documentation=documentation,
        references=tuple(re.findall(r"(?m)^- (.+(?:\n  .+)*)", documentation["References"])),
        subject=_subject(module),
        match=module.match,
    )


def _subject(module: ModuleType) -> Subject:
    hints = typing.get_type_hints(module.match)
    hints.pop("return", None)
    subjects: dict[Any, Subject] = {Tunnel: "tunnel", Device: "device"}
    annotations = list(hints.values())
    if len(annotations) != 1 or annotations[0] not in subjects:
        raise TypeError(f"{module.__name__}: match takes one argument, annotated with Tunnel or Device")
    return subjects[annotations[0]]
