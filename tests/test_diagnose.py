"""Verdicts to findings: one fault once, weighed, ordered, and what could not be judged said."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest

from nornir_ikediag.causes import CauseModule, Subject, catalogue
from nornir_ikediag.diagnose import Diagnosis, diagnose
from nornir_ikediag.model.device import Device
from nornir_ikediag.model.event import Event, EventKind
from nornir_ikediag.model.evidence import Evidence
from nornir_ikediag.model.facts import DeviceFacts, SourceFacts
from nornir_ikediag.model.negotiation import Negotiation
from nornir_ikediag.model.tunnel import Tunnel
from nornir_ikediag.model.verdict import CannotTell, Cause, Found, RuledOut, Severity, Step, Verdict

FACTS = DeviceFacts(name="fw1", knows=frozenset({"crypto_isakmp_sa"}))
LINE = Evidence("debug.log", 7, "the line")


def tunnel(peer: str = "203.0.113.50", **fields: Any) -> Tunnel:
    return Tunnel(peer=peer, device=FACTS, **({"state": "down"} | fields))


def found(summary: str = "", **fields: Any) -> Found:
    return Found(summary=summary, **({"evidence": (LINE,), "confidence": "certain", "side": "unknown"} | fields))


def cause(
    name: str,
    answer: Verdict | Callable[[Any], Verdict],
    *,
    explains: tuple[str, ...] = (),
    family: str = "phase1",
    severity: Severity = "critical",
    subject: Subject = "tunnel",
) -> CauseModule:
    match = answer if callable(answer) else lambda _: answer
    about = Cause(title=name, family=family, severity=severity, explains=explains)
    return CauseModule(name, about, {}, (f"reference of {name}",), subject, match)


def judged(*causes: CauseModule, tunnels: tuple[Tunnel, ...] = (tunnel(),), facts: DeviceFacts = FACTS) -> Diagnosis:
    return diagnose(Device(facts=facts, tunnels=tunnels), {one.id: one for one in causes})


def ids(diagnosis: Diagnosis) -> list[tuple[str, tuple[str, ...]]]:
    return [(one.cause, one.consequences) for one in diagnosis.findings]


def test_what_another_explains_is_folded_through_a_third() -> None:
    result = judged(
        cause("a", found(), explains=("b",)),
        cause("b", found(), explains=("c",)),
        cause("c", found()),
        cause("d", found()),
    )
    assert ids(result) == [("a", ("b", "c")), ("d", ())]


def test_where_two_explain_each_other_the_weightier_stays() -> None:
    result = judged(cause("a", found(confidence="likely"), explains=("b",)), cause("b", found(), explains=("a",)))
    assert ids(result) == [("b", ("a",))]


def test_a_finding_weighs_as_much_as_what_it_explains() -> None:
    result = judged(
        cause("note", found(), severity="info", explains=("symptom",)), cause("symptom", found(), severity="critical")
    )
    assert [(one.cause, one.severity) for one in result.findings] == [("note", "critical")]


def test_nothing_is_folded_across_tunnels() -> None:
    a = cause("a", lambda one: found() if one.peer == "192.0.2.1" else RuledOut(), explains=("b",))
    result = judged(a, cause("b", found()), tunnels=(tunnel("192.0.2.1"), tunnel("192.0.2.2")))
    assert [(one.peer, one.cause, one.consequences) for one in result.findings] == [
        ("192.0.2.1", "a", ("b",)),
        ("192.0.2.2", "b", ()),
    ]


def test_a_cause_of_the_device_is_one_finding_for_all_the_tunnels_that_it_names() -> None:
    peers = ("192.0.2.1", "192.0.2.2")
    uplink = cause("uplink", found(peers=peers), subject="device", family="reachability", explains=("down",))
    tunnels = (*map(tunnel, peers), tunnel("192.0.2.3"))
    result = judged(uplink, cause("down", found()), tunnels=tunnels)
    assert [(one.peer, one.cause, one.consequences) for one in result.findings] == [
        (None, "uplink", ("down",)),
        ("192.0.2.3", "down", ()),
    ]


def test_the_order_is_severity_confidence_family_peer() -> None:
    result = judged(
        cause("warning", found(), severity="warning"),
        cause("phase2", found(), family="phase2"),
        cause("phase1", found(), family="phase1"),
        cause("likely", found(confidence="likely"), family="reachability"),
        tunnels=(tunnel("192.0.2.2"), tunnel("192.0.2.1")),
    )
    assert [(one.cause, one.peer) for one in result.findings] == [
        ("phase1", "192.0.2.1"), ("phase1", "192.0.2.2"), ("phase2", "192.0.2.1"), ("phase2", "192.0.2.2"),
        ("likely", "192.0.2.1"), ("likely", "192.0.2.2"), ("warning", "192.0.2.1"), ("warning", "192.0.2.2"),
    ]  # fmt: skip


def test_a_cause_that_breaks_costs_a_sentence_and_nothing_else() -> None:
    def breaks(_: Tunnel) -> Verdict:
        raise KeyError("secret")

    result = judged(cause("broken", breaks), cause("works", found()))
    assert ids(result) == [("works", ())]
    assert result.not_judged == (
        "fw1: the cause broken could not be checked because of a defect in ikediag; please report it.",
    )


def test_an_unknown_state_is_said_once_for_all_that_miss_the_same() -> None:
    state = cause("down", CannotTell("the SAs"), family="state")
    result = judged(state, tunnels=(tunnel("192.0.2.1", state="unknown"), tunnel("192.0.2.2", state="unknown")))
    assert result.findings == ()
    assert result.not_judged == ("fw1: the state of 192.0.2.1, 192.0.2.2 cannot be told; missing: the SAs.",)


def test_a_supposed_pattern_proves_nothing_for_certain() -> None:
    event = Event(kind=EventKind.AUTH_FAILED, origin=LINE, trust="supposed", at=datetime(2026, 3, 2, 12))
    (finding,) = judged(cause("a", found()), tunnels=(tunnel(events=(event,)),)).findings
    assert (finding.confidence, finding.first_seen) == ("likely", datetime(2026, 3, 2, 12))


def test_what_a_later_attempt_got_past_is_a_note() -> None:
    def attempt(number: str, kind: EventKind, line: int) -> Negotiation:
        event = Event(kind=kind, origin=Evidence("debug.log", line, "x"))
        return Negotiation(id=number, origin=event, outcome="failed", role="initiator", events=(event,))

    first, second = attempt("1", EventKind.IKE_PROPOSALS_REFUSED, 1), attempt("2", EventKind.AUTH_FAILED, 9)
    result = judged(
        cause("policy", found(negotiation=first), family="phase1"),
        cause("key", found(negotiation=second), family="authentication"),
        tunnels=(tunnel(negotiations=(first, second)),),
    )
    assert [(one.cause, one.severity) for one in result.findings] == [("key", "critical"), ("policy", "info")]


def test_a_peer_that_no_line_names_is_never_reset() -> None:
    steps = (
        Step("show crypto ipsec sa peer unknown", "read-only", "see"),
        Step("clear x unknown", "resets-this-tunnel", "."),
    )
    asked = ("Do packets for unknown arrive?",)
    (finding,) = judged(cause("a", found(next_steps=steps, ask_peer=asked)), tunnels=(tunnel("unknown"),)).findings
    assert finding.peer is None
    assert finding.next_steps == (Step("show crypto ipsec sa peer <peer>", "read-only", "see"),)
    assert finding.ask_peer == ("Do packets for <your address> arrive?",)


def test_an_unreachable_device_is_not_judged() -> None:
    facts = DeviceFacts(
        name="fw1", status="unreachable", problem="fw1 does not answer.", problem_cause="device-unreachable"
    )
    result = diagnose(Device(facts=facts))
    assert [one.cause for one in result.findings] == ["device-unreachable"]
    assert result.not_judged == ("fw1 does not answer.",)


def test_cut_and_refused_output_is_said() -> None:
    sources = (
        SourceFacts(
            name="a", kind="show", lines=4, command="show crypto ipsec sa", complete=False, problem="it is cut"
        ),
        SourceFacts(name="b", kind="show", lines=1, command="show crypto isakmp sa", refused=True),
        SourceFacts(name="c", kind="show", lines=1, command="show cluster info", refused=True),
    )
    result = diagnose(Device(facts=DeviceFacts(name="fw1", sources=sources)))
    assert [one.cause for one in result.findings] == ["command-refused", "output-incomplete"]
    assert result.not_judged == (
        "fw1: `show crypto isakmp sa` was refused, so what only it shows was not judged.",
        "fw1: `show crypto ipsec sa` was not read to its end (it is cut).",
    )


def test_a_log_that_nothing_reads_is_not_healthy() -> None:
    quoted = (Evidence("debug.log", 1, "[IKEv1]: IP = 192.0.2.1, the sky is blue"),)
    source = SourceFacts(name="debug.log", kind="debug", lines=1, unread=1, quoted=quoted)
    result = diagnose(Device(facts=DeviceFacts(name="fw1", sources=(source,))))
    assert [one.cause for one in result.findings] == ["output-unrecognised"]
    assert result.not_judged == ("fw1: neither an SA nor a negotiation was found in what was read.",)


def test_no_sa_and_no_configuration_is_an_answer_and_nothing_read_is_none() -> None:
    assert judged(tunnels=()) == Diagnosis()
    nothing = judged(tunnels=(), facts=DeviceFacts(name="fw1"))
    assert nothing.not_judged == ("fw1: neither an SA nor a negotiation was found in what was read.",)


def test_a_note_is_no_answer_where_no_tunnel_was_found() -> None:
    note = cause("note", subject="device", severity="info", answer=found("2 of 3 lines in a.txt"))
    diagnosis = judged(note, tunnels=(), facts=DeviceFacts(name="fw1"))
    assert [finding.severity for finding in diagnosis.findings] == ["info"]
    assert diagnosis.not_judged == ("fw1: neither an SA nor a negotiation was found in what was read.",)


@pytest.mark.parametrize(("unread", "is_judged"), [(2, True), (3, False)])
def test_show_output_of_which_much_was_not_understood_is_not_judged(unread: int, *, is_judged: bool) -> None:
    sources = (
        SourceFacts(name="sa", command="show crypto ipsec sa", kind="show", lines=10, unread=unread),
        SourceFacts(name="debug", kind="debug", lines=10, unread=9),
    )
    diagnosis = judged(facts=DeviceFacts(name="fw1", sources=sources))
    sentence = (
        "fw1: 3 of 10 lines of `show crypto ipsec sa` were not understood, so what they say was not judged; "
        "`ikediag explain --unread` lists them."
    )
    assert diagnosis.not_judged == (() if is_judged else (sentence,))


SYMPTOMS = ("tunnel-down", "tunnel-negotiating", "undetermined")
BEFORE_THE_TUNNEL = ("reachability", "configuration", "phase1", "authentication", "xauth", "mode-config", "lifecycle")


@pytest.mark.parametrize(
    "member",
    [one for one in catalogue().values() if one.cause.severity in ("critical", "error")],
    ids=lambda one: one.id,
)
def test_a_cause_that_keeps_a_tunnel_down_explains_that_it_is_down(member: CauseModule) -> None:
    if member.cause.family in BEFORE_THE_TUNNEL:
        assert set(SYMPTOMS) <= set(member.cause.explains), member.id


def test_an_ike_sa_without_a_word_of_its_child_is_neither_up_nor_down() -> None:
    origin = Event(kind=EventKind.PHASE1_COMPLETED, origin=Evidence("debug", 1, "CONNECTION STATUS: UP"), ike_version=2)
    half = Negotiation(id="1", origin=origin, ike_version=2, stage="phase2", events=(origin,))
    waits = tunnel(state="negotiating", negotiations=(half,))
    assert judged(tunnels=(waits,)).not_judged == (
        "fw1: the IKE SA with 203.0.113.50 came up, and the log does not show whether its child SA did: "
        "`show crypto ipsec sa peer 203.0.113.50` tells.",
    )
