"""The findings of one device in full: what it means, the lines, what else it could be, and what to do."""

from collections.abc import Iterator

from rich.text import Text

from nornir_ikediag.model.evidence import Evidence
from nornir_ikediag.model.report import Finding, ReportDevice
from nornir_ikediag.model.verdict import Effect
from nornir_ikediag.report import _words as words
from nornir_ikediag.report._layout import hanging

_EVIDENCE_SHOWN = 8
_EFFECT_STYLES: dict[Effect, str] = {
    "read-only": "green",
    "resets-this-tunnel": "yellow",
    "changes-configuration": "bold yellow",
}


def finding_lines(number: int, finding: Finding, device: ReportDevice) -> Iterator[Text]:
    """One finding, headed by its number and severity."""
    yield _heading(number, finding)
    about = words.listed((words.whom(finding), words.selectors(finding.selectors) if finding.selectors else ""))
    negotiation = words.negotiation_of(finding, device)
    if about:
        yield hanging("   ", about, "dim")
    facts = (
        f"{finding.confidence}",
        f"side: {words.SIDES[finding.side]}",
        words.attempt(negotiation) if negotiation else "",
        words.seen(finding.count, finding.first_seen, finding.last_seen),
    )
    yield hanging("   ", words.listed(facts), "dim")
    if finding.explanation:
        yield hanging("   ", words.printable(finding.explanation))
    yield from _quoted("Evidence", words.proof(finding, device))
    yield from _quoted("Configuration", finding.configuration)
    yield from _advice(finding)


def _heading(number: int, finding: Finding) -> Text:
    line = hanging(f"{number}. ", "")
    line.append(finding.severity.upper(), words.SEVERITY_STYLES[finding.severity])
    line.append(f"  {words.printable(finding.summary)}", "bold")
    return line.append(f"  [{finding.cause}]", "dim")


def _quoted(label: str, lines: tuple[Evidence, ...]) -> Iterator[Text]:
    if not lines:
        return
    yield Text(f"   {label}", "bold")
    for evidence in lines[:_EVIDENCE_SHOWN]:
        yield hanging(f"     {words.where(evidence)}  ", words.printable(evidence.text.strip()), "cyan")
    if len(lines) > _EVIDENCE_SHOWN:
        yield Text(f"     and {words.plural(len(lines) - _EVIDENCE_SHOWN, 'line')} more (in the JSON report)", "dim")


def _advice(finding: Finding) -> Iterator[Text]:
    if finding.alternatives:
        yield Text("   It could also be", "bold")
        for one in finding.alternatives:
            yield hanging("     - ", f"{one.cause} ({one.confidence}): {words.printable(one.tell_apart_by)}")
    if finding.next_steps:
        yield Text("   Next steps", "bold")
    for step in finding.next_steps:
        line = hanging("     $ ", words.printable(step.command), "bold")
        line.append(f"   ({words.EFFECTS[step.effect]})", _EFFECT_STYLES[step.effect])
        yield line
        if step.why:
            yield hanging("       ", words.printable(step.why))
    if finding.ask_peer:
        yield Text("   Ask the peer's engineer", "bold")
        for question in finding.ask_peer:
            yield hanging("     > ", words.printable(question))
    if finding.consequences:
        yield hanging("   ", f"Follows from it: {', '.join(finding.consequences)}", "dim")
