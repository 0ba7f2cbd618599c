"""The report as JUnit XML, for pipelines that show tests: a suite a device, a case a tunnel and one for the device."""

from xml.etree.ElementTree import Element, SubElement, indent, tostring

from nornir_ikediag.model.report import Finding, Report, ReportDevice
from nornir_ikediag.report import Paper
from nornir_ikediag.report import _words as words


def render(report: Report, paper: Paper) -> str:
    """Critical and error findings are failures, what could not be judged is an error, the rest is output."""
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
    _case(suite, device, "device", [finding for finding in device.findings if finding.peer is None])
    for tunnel in device.tunnels:
        about = [one for one in device.findings if one.peer == tunnel.peer and words.tunnel_of(one, device) is tunnel]
        _case(suite, device, f"tunnel {words.whom(tunnel)}", about, words.lasting(tunnel))
    known = {tunnel.peer for tunnel in device.tunnels}
    for finding in device.findings:
        if finding.peer is not None and finding.peer not in known:
            _case(suite, device, f"tunnel {words.whom(finding)}", [finding])
    if not device.judged:
        reasons = " ".join(device.not_judged) or "could not be judged"
        SubElement(suite[0], "error", message=words.printable(reasons), type="not-judged")
    suite.set("tests", str(len(suite)))
    suite.set("failures", str(len(suite.findall("testcase/failure"))))
    suite.set("errors", str(len(suite.findall("testcase/error"))))
    return suite


def _case(suite: Element, device: ReportDevice, name: str, findings: list[Finding], said: str = "") -> None:
    case = SubElement(suite, "testcase", classname=words.printable(device.name), name=name)
    output = [said] if said else []
    for finding in findings:
        lines = [finding.explanation, *(f"{words.where(one)}  {one.text}" for one in finding.evidence)]
        body = "\n".join(words.printable(line) for line in lines if line)
        if finding.severity in ("critical", "error"):
            failure = SubElement(case, "failure", type=finding.cause, message=words.printable(finding.summary))
            failure.text = body
        else:
            output.append(f"{finding.severity} {finding.cause}: {words.printable(finding.summary)}")
    if output:
        SubElement(case, "system-out").text = "\n".join(output)
