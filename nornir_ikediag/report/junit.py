"""The report as JUnit XML, for pipelines that show tests: a suite a device, a case a tunnel and one for the device."""

from xml.etree.ElementTree import Element, SubElement, indent, tostring

from nornir_ikediag.model.report import Finding, Report, ReportDevice
from nornir_ikediag.report import Paper
from nornir_ikediag.report import _words as words


def render(report: Report, paper: Paper) -> str:
    """Critical and error findings are failures, what could not be judged is an error, the rest is output. A device that
    was not reached is an error and no failure."""
    del paper
    root = Element("testsuites", name="ikediag")
    for device in report.devices:
        root.append(_suite(report, device))
    for total in ("tests", "failures", "errors"):
        root.set(total, str(sum(int(suite.get(total, "0")) for suite in root)))
    indent(root)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + tostring(root, encoding="unicode") + "\n"


def _suite(report: Report, device: ReportDevice) -> Element:
    suite = Element(
        "testsuite",
        name=words.printable(device.name),
        timestamp=report.generated_at.isoformat(timespec="seconds"),
    )
    of_device = [finding for finding in device.findings if finding.peer is None]
    kept_out = of_device if device.status in ("unreachable", "login-failed") else []
    case = _case(suite, device, "device", [finding for finding in of_device if finding not in kept_out])
    for tunnel in device.tunnels:
        about = [one for one in device.findings if one.peer == tunnel.peer and words.tunnel_of(one, device) is tunnel]
        _case(suite, device, f"tunnel {words.whom(tunnel)}", about, words.lasting(tunnel))
    known = {tunnel.peer for tunnel in device.tunnels}
    for finding in device.findings:
        if finding.peer is not None and finding.peer not in known:
            _case(suite, device, f"tunnel {words.whom(finding)}", [finding])
    if not device.judged:
        if case.find("failure") is not None:  # a case fails or is in error: readers take it for one of the two
            case = _case(suite, device, "what could not be judged", [])
        reasons = " ".join(device.not_judged) or "could not be judged"
        error = Element("error", message=words.printable(reasons), type=kept_out[0].cause if kept_out else "not-judged")
        error.text = "\n".join(_body(finding, device) for finding in kept_out) or None
        case.insert(0, error)
    suite.set("tests", str(len(suite)))
    suite.set("failures", str(len(suite.findall("testcase/failure"))))
    suite.set("errors", str(len(suite.findall("testcase/error"))))
    return suite


def _case(suite: Element, device: ReportDevice, name: str, findings: list[Finding], said: str = "") -> Element:
    case = SubElement(suite, "testcase", classname=words.printable(device.name), name=name)
    output = [said] if said else []
    for finding in findings:
        if finding.severity in ("critical", "error"):
            failure = SubElement(case, "failure", type=finding.cause, message=words.printable(finding.summary))
            failure.text = _body(finding, device)
        else:
            output.append(f"{finding.severity} {finding.cause}: {words.printable(finding.summary)}")
    if output:
        SubElement(case, "system-out").text = "\n".join(output)
    return case


def _body(finding: Finding, device: ReportDevice) -> str:
    lines = [
        finding.explanation,
        *(f"{words.where(one)}  {one.text}" for one in words.proof(finding, device)),
        *(f"next: {step.command} ({words.EFFECTS[step.effect]}: {step.why})" for step in finding.next_steps),
        *(f"ask the peer: {question}" for question in finding.ask_peer),
    ]
    return "\n".join(words.printable(line) for line in lines if line)
