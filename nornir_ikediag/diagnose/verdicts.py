"""One cause asked about one subject, and how answers are weighed against each other."""

import logging
from collections.abc import Iterable

import msgspec

from nornir_ikediag.causes import CauseModule, Subject
from nornir_ikediag.model.device import Device
from nornir_ikediag.model.tunnel import Tunnel
from nornir_ikediag.model.verdict import CannotTell, Found, Severity

_log = logging.getLogger(__name__)

# The order in which a person looks: path, configuration, then along the exchange, then the living tunnel, the box last.
FAMILIES = (
    "reachability", "configuration", "phase1", "authentication", "xauth", "mode-config", "phase2", "lifecycle",
    "state", "data-path", "resource", "protocol", "device",
)  # fmt: skip
_SEVERITIES: tuple[Severity, ...] = ("critical", "error", "warning", "info")
_CONFIDENCES = ("certain", "likely", "possible")


class Answer(msgspec.Struct, frozen=True):
    """What one cause said: ``found`` it, or what is ``missing`` to tell."""

    cause: CauseModule
    found: Found | None = None
    missing: str | None = None

    @property
    def severity(self) -> Severity:
        """How grave it is by itself."""
        return (self.found.severity if self.found else None) or self.cause.cause.severity


def ask(causes: Iterable[CauseModule], subject: Subject, about: Device | Tunnel, broken: set[str]) -> list[Answer]:
    """The answers of the causes of this subject that found something or cannot tell. A cause that breaks joins
    ``broken``: one defect of ours must not cost the rest of the diagnosis."""
    answers = []
    for cause in causes:
        if cause.subject != subject:
            continue
        try:
            verdict = cause.match(about)
        except Exception as error:  # noqa: BLE001 -- whatever a defect raises
            _log.error("cause %s broke: %s", cause.id, type(error).__name__)
            broken.add(cause.id)
            continue
        if isinstance(verdict, Found):
            answers.append(Answer(cause, found=verdict))
        elif isinstance(verdict, CannotTell):
            answers.append(Answer(cause, missing=verdict.missing))
    return answers


def weight(severity: Severity) -> int:
    """0 for the gravest."""
    return _SEVERITIES.index(severity)


def rank(answer: Answer) -> tuple[int, int, int, str]:
    """What comes first comes to stand over the others."""
    confidence = _CONFIDENCES.index(answer.found.confidence) if answer.found else len(_CONFIDENCES)
    return weight(answer.severity), confidence, FAMILIES.index(answer.cause.cause.family), answer.cause.id
