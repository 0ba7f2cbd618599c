"""The shared reasoning of the causes, on values: which line is the reason, what a silence means, what differs."""

from datetime import datetime
from typing import Any, Literal

import pytest

from nornir_ikediag.causes import _steps
from nornir_ikediag.causes._attempts import attempts, reason
from nornir_ikediag.causes._children import refusal
from nornir_ikediag.causes._proposals import compare
from nornir_ikediag.causes._silence import meaning
from nornir_ikediag.causes._wording import at_time, networks_of, own_words
from nornir_ikediag.model.configuration import Configuration, CryptoMapEntry, IkePolicy
from nornir_ikediag.model.event import Event, EventKind
from nornir_ikediag.model.evidence import Evidence
from nornir_ikediag.model.facts import DeviceFacts
from nornir_ikediag.model.negotiation import Negotiation
from nornir_ikediag.model.sa import IkeVersion, Selector, Selectors
from nornir_ikediag.model.tunnel import Tunnel, TunnelConfiguration
from nornir_ikediag.model.verdict import Step

PEER = "198.51.100.7"
_HERE = Evidence("a test", 1, "")


def event(kind: EventKind, line: int = 1, **fields: str) -> Event:
    return Event(kind=kind, origin=Evidence("debug", line, kind.value), peer=PEER, fields=fields)


def attempt(*events: Event, **fields: Any) -> Negotiation:
    first = events[0] if events else event(EventKind.NOTED)
    settings: dict[str, Any] = {"outcome": "failed", "exchange": "main-mode", "role": "initiator", "stage": "phase1"}
    return Negotiation(id="1", origin=first, peer=PEER, events=events, **(settings | fields))


def tunnel(*negotiations: Negotiation, **fields: Any) -> Tunnel:
    return Tunnel(peer=PEER, device=fields.pop("device", DeviceFacts(name="fw")), negotiations=negotiations, **fields)


# --- reasons


def test_the_earliest_causal_line_is_the_reason() -> None:
    why = reason(
        attempt(
            event(EventKind.MISMATCH, 1, phase="1", attribute="Hash Alg"),
            event(EventKind.TUNNEL_GROUP_MISSING, 2),
            event(EventKind.IKE_PROPOSALS_REFUSED, 3),
            event(EventKind.CONSEQUENCE, 4),
        )
    )
    assert why is not None
    assert why.kind == EventKind.TUNNEL_GROUP_MISSING


def test_a_plain_line_goes_before_a_notify_that_came_earlier() -> None:
    why = reason(
        attempt(event(EventKind.NOTIFY_RECEIVED, 1, name="PAYLOAD_MALFORMED"), event(EventKind.CERTIFICATE_INVALID, 2))
    )
    assert why is not None
    assert why.kind == EventKind.CERTIFICATE_INVALID


@pytest.mark.parametrize(
    ("refused", "cured"),
    [
        (EventKind.IKE_PROPOSALS_REFUSED, EventKind.IKE_PROPOSAL_ACCEPTED),
        (EventKind.XAUTH_REJECTED, EventKind.USER_AUTHENTICATED),
        (EventKind.AAA_UNREACHABLE, EventKind.USER_AUTHENTICATED),
        (EventKind.DECRYPT_FAILED, EventKind.PHASE1_COMPLETED),
        (EventKind.ADDRESS_FAILED, EventKind.ADDRESS_ASSIGNED),
    ],
)
def test_what_was_made_good_later_is_no_reason(refused: EventKind, cured: EventKind) -> None:
    assert reason(attempt(event(refused, 1), event(cured, 2))) is None
    assert reason(attempt(event(cured, 1), event(refused, 2))) is not None


@pytest.mark.parametrize("name", ["INITIAL_CONTACT", "R_U_THERE", "RESPONDER_LIFETIME", "REPLAY_STATUS"])
def test_a_status_notify_is_no_reason(name: str) -> None:
    assert reason(attempt(event(EventKind.NOTIFY_RECEIVED, name=name))) is None


@pytest.mark.parametrize(
    ("history", "kind"),
    [
        ("MM_DONE, EV_ERROR|MM_START, EV_RCV_MSG", EventKind.IKE_PROPOSALS_REFUSED),
        ("AM_DONE, EV_ERROR|AM_BLD_MSG2, EV_PROCESS_SA", EventKind.IKE_PROPOSALS_REFUSED),
        ("MM_DONE, EV_ERROR|MM_BLD_MSG4, EV_GROUP_LOOKUP", EventKind.TUNNEL_GROUP_MISSING),
        ("TM_DONE, EV_ERROR|TM_BLD_REPLY, EV_IP_FAIL", EventKind.ADDRESS_FAILED),
        ("TM_DONE, EV_ERROR|TM_AUTH, EV_AUTH_FAIL", EventKind.XAUTH_REJECTED),
        ("QM_DONE, EV_ERROR|QM_BLD_MSG2, EV_NEGO_SA", EventKind.IPSEC_PROPOSALS_REFUSED),
    ],
)
def test_the_failing_step_implies_a_reason_that_is_only_supposed(history: str, kind: EventKind) -> None:
    why = reason(attempt(event(EventKind.FSM_ERROR, machine="X", history=history)))
    assert why is not None
    assert (why.kind, why.trust) == (kind, "supposed")


def test_one_wording_of_a_refusal_is_told_apart_by_its_phase() -> None:
    refused = event(EventKind.IKE_PROPOSALS_REFUSED, 9)
    phase1 = reason(attempt(refused))
    phase2 = reason(attempt(event(EventKind.PHASE1_COMPLETED, 1), refused))
    assert phase1 is not None
    assert phase2 is not None
    assert (phase1.kind, phase2.kind) == (EventKind.IKE_PROPOSALS_REFUSED, EventKind.IPSEC_PROPOSALS_REFUSED)


def test_loose_lines_count_until_a_negotiation_came_up_after_them() -> None:
    loose = event(EventKind.IKE_PROPOSALS_REFUSED, 5)
    up = attempt(event(EventKind.PHASE2_COMPLETED, 9), outcome="established", stage="established")
    assert [one.id for one in attempts(tunnel(events=(loose,)))] == [""]
    assert attempts(tunnel(up, events=(loose,))) == ()


# --- silence


@pytest.mark.parametrize(
    ("cause", "fields"),
    [
        ("peer-no-reply", {"stopped_at": "MM_WAIT_MSG2", "resent_at_end": 3}),
        ("peer-no-reply", {"stopped_at": "AM_WAIT_MSG2", "resent_at_end": 3, "exchange": "aggressive-mode"}),
        ("nat-t-port-blocked", {"stopped_at": "MM_WAIT_MSG6", "nat_detected": True, "resent_at_end": 3, "received": 2}),
        ("pre-shared-key-mismatch", {"stopped_at": "MM_WAIT_MSG6", "nat_detected": False, "resent_at_end": 3}),
        (
            "pre-shared-key-mismatch",
            {"stopped_at": "MM_WAIT_MSG6", "nat_detected": True, "received_after_float": 1, "resent_at_end": 3},
        ),
        ("pre-shared-key-mismatch", {"stopped_at": "MM_WAIT_MSG6", "peer_repeats": 3, "resent_at_end": 3}),
        ("pre-shared-key-mismatch", {"stopped_at": "AM_WAIT_MSG3", "role": "responder", "resent_at_end": 3}),
        ("reply-path-blocked", {"stopped_at": "AM_WAIT_MSG3", "role": "responder", "peer_repeats": 3}),
        ("reply-path-blocked", {"stopped_at": "MM_WAIT_MSG3", "role": "responder", "peer_repeats": 3, "received": 1}),
        ("nat-t-port-blocked", {"stopped_at": "MM_WAIT_MSG5", "nat_detected": True, "peer_repeats": 3}),
        ("peer-stopped-answering", {"stopped_at": "MM_WAIT_MSG4", "resent_at_end": 3, "received": 1}),
        ("phase2-no-response", {"stopped_at": "QM_WAIT_MSG2", "resent_at_end": 3, "stage": "phase2"}),
        ("reply-path-blocked", {"stopped_at": "QM_WAIT_MSG3", "peer_repeats": 2, "stage": "phase2"}),
        ("xauth-timeout", {"stopped_at": "AM_TM_INIT_XAUTH_V6H", "resent_at_end": 2, "stage": "xauth"}),
        ("peer-stopped-answering", {"stopped_at": "I_WAIT_AUTH", "ike_version": 2, "resent_at_end": 3, "received": 1}),
        (
            "nat-t-port-blocked",
            {"stopped_at": "I_WAIT_AUTH", "ike_version": 2, "nat_detected": True, "resent_at_end": 3, "received": 1},
        ),
    ],
)
def test_a_silence_means_exactly_one_thing(cause: str, fields: dict[str, Any]) -> None:
    assert meaning(attempt(**fields)) == cause


def test_the_devices_own_suspicion_goes_before_the_peers_repeats() -> None:
    history = "MM_DONE, EV_ERROR|MM_WAIT_MSG5, EV_PROB_AUTH_FAIL|MM_WAIT_MSG5, EV_TIMEOUT"
    suspicion = event(EventKind.FSM_ERROR, history=history)
    repeated = {"stopped_at": "MM_WAIT_MSG5", "role": "responder", "peer_repeats": 3}
    assert meaning(attempt(suspicion, **repeated)) == "pre-shared-key-mismatch"
    assert meaning(attempt(**repeated)) == "reply-path-blocked"


def test_a_large_message_unanswered_points_at_its_fragments() -> None:
    sent = event(EventKind.PACKET, direction="sending", payloads="ID CERT SIG", length="2844")
    assert meaning(attempt(sent, stopped_at="MM_WAIT_MSG6", resent_at_end=3)) == "fragment-loss"


def test_a_certificate_is_no_pre_shared_key() -> None:
    sent = event(EventKind.PACKET, direction="sending", payloads="ID CERT SIG", length="980")
    assert meaning(attempt(sent, stopped_at="MM_WAIT_MSG6", resent_at_end=3, received=2)) == "peer-stopped-answering"


# --- proposals


def mismatch(attribute: str, received: str, configured: str) -> Event:
    return event(EventKind.MISMATCH, phase="1", attribute=attribute, received=received, configured=configured)


def policy(number: int, encryption: str, hash_: str, group: str) -> IkePolicy:
    return IkePolicy(
        ike_version=1, number=number, origin=_HERE, authentication="pre-share", encryption=(encryption,),
        hash=(hash_,), dh_groups=(group,),
    )  # fmt: skip


def with_policies(*policies: IkePolicy) -> DeviceFacts:
    return DeviceFacts(name="fw", configuration=Configuration(ike_policies=policies))


def test_one_attribute_in_every_line_is_the_likely_one() -> None:
    one = attempt(
        mismatch("Group Description", "Group 2", "Group 5"), mismatch("Group Description", "Group 2", "Group 14")
    )
    compared = compare(tunnel(one), one)
    assert (compared.single, compared.full) == ("dh-group", False)


def test_a_policy_that_has_what_was_received_clears_that_attribute() -> None:
    one = attempt(mismatch("Group Description", "Group 2", "Group 5"))
    device = with_policies(policy(10, "aes-256", "sha", "5"), policy(20, "3des", "md5", "2"))
    assert compare(tunnel(one, device=device), one).single is None


def test_the_configuration_narrows_down_lines_that_name_two_attributes() -> None:
    one = attempt(
        mismatch("Encryption Alg", "AES-CBC", "3DES-CBC"), mismatch("Group Description", "Group 14", "Group 5")
    )
    device = with_policies(policy(10, "3des", "md5", "2"), policy(20, "aes-256", "sha", "5"))
    assert compare(tunnel(one, device=device), one).single == "dh-group"


def test_the_xauth_variants_of_our_policies_are_noise() -> None:
    one = attempt(
        mismatch("Hash Alg", "MD5", "SHA"),
        mismatch("Auth Method", "Preshared Key", "XAUTH with Preshared Key (Initiator authenticated)"),
    )
    assert compare(tunnel(one), one).single == "hash"


def policy_line(kind: EventKind, number: str, proposal: str, protocol: str = "IKE", **attributes: str) -> Event:
    return event(kind, 1, protocol=protocol, number=number, proposal=proposal, **attributes)


def test_ikev2_lists_are_compared_in_their_closest_pair() -> None:
    offer = {"encryption": "AES-CBC-256", "prf": "SHA256", "integrity": "SHA256", "dh_group": "14"}
    one = attempt(
        policy_line(EventKind.RECEIVED_POLICY, "1", "a", **offer),
        policy_line(EventKind.EXPECTED_POLICY, "1", "b", **offer | {"encryption": "3DES", "dh_group": "2"}),
        policy_line(EventKind.EXPECTED_POLICY, "2", "c", **offer | {"dh_group": "19 20"}),
        ike_version=2,
    )
    compared = compare(tunnel(one), one)
    assert (compared.single, compared.full) == ("dh-group", True)
    assert [(one.received, one.configured) for one in compared.differences] == [("14", "19, 20")]


def test_equally_close_pairs_that_differ_in_different_attributes_single_nothing_out() -> None:
    offer = {"encryption": "AES-CBC-256", "prf": "SHA256", "integrity": "SHA256", "dh_group": "14"}
    one = attempt(
        policy_line(EventKind.RECEIVED_POLICY, "1", "a", **offer),
        policy_line(EventKind.EXPECTED_POLICY, "1", "b", **offer | {"encryption": "3DES"}),
        policy_line(EventKind.EXPECTED_POLICY, "2", "c", **offer | {"dh_group": "19"}),
        ike_version=2,
    )
    assert compare(tunnel(one), one).single is None


def test_the_other_ends_policies_prove_what_differs() -> None:
    told = event(EventKind.NOTIFY_RECEIVED, name="NO_PROPOSAL_CHOSEN")
    one = attempt(told)
    theirs = tunnel(device=with_policies(policy(5, "aes-256", "md5", "5")))
    subject = tunnel(one, device=with_policies(policy(10, "aes-256", "sha", "5")), other_end=theirs)
    compared = compare(subject, one)
    assert (compared.single, compared.full) == ("hash", True)


# --- child SAs


def test_an_empty_list_speaks_of_the_networks_and_the_line_before_it_of_the_map() -> None:
    refused = event(EventKind.IPSEC_PROPOSALS_REFUSED)
    empty = policy_line(EventKind.EXPECTED_POLICY, "", "", "ESP")
    check = event(EventKind.CRYPTO_MAP_CHECK, result="peer-mismatch")
    networks = attempt(refused, empty, ike_version=2, stage="phase2")
    the_map = attempt(check, refused, empty, ike_version=2, stage="phase2")
    assert refusal(tunnel(networks), networks, refused) == "networks"
    assert refusal(tunnel(the_map), the_map, refused) == "map"


@pytest.mark.parametrize(
    ("name", "what"),
    [
        ("NO_PROPOSAL_CHOSEN", "peer"),
        ("INVALID_ID_INFORMATION", "networks"),
        ("TS_UNACCEPTABLE", "networks"),
        ("INVALID_KEY_INFORMATION", "pfs"),
        ("PAYLOAD_MALFORMED", None),
    ],
)
def test_what_the_peer_says_of_a_child_sa(name: str, what: str | None) -> None:
    told = event(EventKind.NOTIFY_RECEIVED, name=name)
    one = attempt(told, exchange="quick-mode", stage="phase2")
    assert refusal(tunnel(one), one, told) == what


# --- steps


@pytest.mark.parametrize(
    ("software", "version", "show", "clear"),
    [
        ("8.2(5)", 1, "show crypto isakmp sa detail", f"clear crypto ipsec sa peer {PEER}"),
        ("8.4(1)", 1, "show crypto ikev1 sa detail", f"clear crypto ikev1 sa {PEER}"),
        ("9.16(4)", 1, "show crypto ikev1 sa detail", f"clear crypto ikev1 sa {PEER}"),
        ("9.16(4)", 2, "show crypto ikev2 sa detail", f"clear crypto ikev2 sa {PEER}"),
        (None, 2, "show crypto ikev2 sa detail", f"clear crypto ikev2 sa {PEER}"),
        (None, 1, "show crypto isakmp sa detail", f"clear crypto ikev1 sa {PEER}"),
        (None, None, "show crypto isakmp sa detail", f"clear crypto ipsec sa peer {PEER}"),
    ],
)
def test_commands_are_spelled_for_the_release(
    software: str | None, version: IkeVersion | None, show: str, clear: str
) -> None:
    subject = tunnel(device=DeviceFacts(name="fw", software=software), ike_version=version)
    assert _steps.show_ike_sa(subject).command == show
    assert _steps.reset(subject).command == clear


def test_without_the_configuration_a_step_finds_the_entry_and_says_how_to_go_on() -> None:
    subject = tunnel()
    assert _steps.show_map(subject, "see whether it says `set pfs`") == Step(
        f"show running-config crypto map | include {PEER}",
        "read-only",
        "tells the entry's name and number; include those instead to see whether it says `set pfs`",
    )
    assert _steps.show_access_list(subject, "compare it with the peer's") == Step(
        f"show running-config crypto map | include {PEER}|match address",
        "read-only",
        "tells this peer's ACL by the number of its entry; show that to compare it with the peer's",
    )


@pytest.mark.parametrize(
    ("kind", "looks", "types"),
    [
        (
            "static",
            "show running-config crypto map | include outside_map 20",
            ["crypto map outside_map 20 set pfs group14"],
        ),
        ("vti", "show running-config crypto ipsec", ["crypto ipsec profile outside_map", "set pfs group14"]),
    ],
)
def test_a_tunnel_interface_has_a_profile_in_place_of_an_entry(
    kind: Literal["static", "vti"], looks: str, types: list[str]
) -> None:
    entry = CryptoMapEntry(name="outside_map", sequence=20, kind=kind, origin=_HERE, peers=(PEER,))
    subject = tunnel(configuration=TunnelConfiguration(crypto_maps=(entry,)))
    assert _steps.show_map(subject).command == looks
    assert [step.command for step in _steps.change_entry(subject, "set pfs group14", "why")] == types


@pytest.mark.parametrize(
    ("pair", "command"),
    [
        (None, "packet-tracer input <inside> icmp <source> 8 0 <destination> detailed"),
        (
            Selectors(Selector("10.1.0.0/24"), Selector("10.2.0.0/24")),
            "packet-tracer input <inside> icmp <host of 10.1.0.0/24> 8 0 <host of 10.2.0.0/24> detailed",
        ),
    ],
)
def test_a_simulated_packet_is_of_the_protected_networks(pair: Selectors | None, command: str) -> None:
    assert _steps.packet_tracer(pair) == command


# --- what is mailed


@pytest.mark.parametrize(
    ("moment", "year_assumed", "said"),
    [
        (None, None, ""),
        (datetime(2000, 11, 8, 9, 10, 9), 2000, " at 08 Nov 09:10:09 by our clock"),
        (datetime(2026, 11, 8, 9, 10, 9), None, " at 2026-11-08 09:10:09 by our clock"),
    ],
)
def test_a_mail_names_the_time_on_our_clock(moment: datetime | None, year_assumed: int | None, said: str) -> None:
    facts = DeviceFacts(name="fw", clock_year_assumed=year_assumed)
    assert at_time(tunnel(device=facts), moment) == said


def test_the_peers_engineer_reads_whose_network_is_whose() -> None:
    assert networks_of("10.1.0.0/24", "10.2.0.0/24") == "10.1.0.0/24 (ours) and 10.2.0.0/24 (yours)"
    assert networks_of("", "10.2.0.0/24") == ""


def test_what_kept_us_out_is_a_sentence_without_the_name_in_front() -> None:
    assert own_words(DeviceFacts(name="fw", problem="fw: no answer.")) == "No answer"
    assert own_words(DeviceFacts(name="fw", problem="fw (192.0.2.1) is silent.")) == "fw (192.0.2.1) is silent"
    assert own_words(DeviceFacts(name="fw")) == ""
