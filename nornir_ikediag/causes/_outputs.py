"""Which outputs a diagnosis cannot do without, and which refusals are no trouble.

The tool tries spellings of several releases and commands that not every model has (`show cluster info`), so a refusal
counts only where nothing else answered the same question.
"""

import re

from nornir_ikediag.model.device import Device
from nornir_ikediag.model.evidence import Evidence
from nornir_ikediag.model.facts import SourceFacts

# question → the commands that ask it
_QUESTIONS = (
    ("the IKE SAs", re.compile(r"show\s+crypto\s+(isakmp|ikev1|ikev2)\s+sa")),
    ("the IPsec SAs", re.compile(r"show\s+crypto\s+ipsec\s+sa")),
    ("the debug", re.compile(r"debug\s+crypto\s+(isakmp|ikev1|ikev2)")),
    ("the crypto configuration", re.compile(r"show\s+running-config\s+crypto")),
)
ESSENTIAL = ("the IKE SAs", "the IPsec SAs", "the debug")


def question_of(source: SourceFacts) -> str | None:
    """What this command asks for, as far as a diagnosis needs it."""
    command = source.command or source.name
    return next((question for question, pattern in _QUESTIONS if pattern.match(command)), None)


def refused(device: Device) -> tuple[SourceFacts, ...]:
    """The commands that were refused and whose question nothing else answered."""
    sources = device.facts.sources
    answered = {question_of(one) for one in sources if not one.refused and one.complete}
    return tuple(one for one in sources if one.refused and question_of(one) and question_of(one) not in answered)


def incomplete(device: Device) -> tuple[SourceFacts, ...]:
    """The outputs that stop before their end or are an error, in their last reading. Logs end where they end."""
    last = {(one.name, one.command): one for one in device.facts.sources}
    return tuple(
        one
        for one in last.values()
        if not one.complete and not one.refused and one.kind not in ("debug", "syslog", "client-log")
    )


def quote(source: SourceFacts) -> Evidence:
    """The line of this source to point at: the device's error message, the first that nothing read, or the last."""
    said = source.objection or next(iter(source.quoted), None) or source.last_line
    return said or Evidence(source.name, max(source.lines, 1), source.problem or source.command or source.name)
