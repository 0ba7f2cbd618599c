"""IKEv2 debug and syslog text to events, through the framing of the whole log."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nornir_ikediag.debugs import LogReader
from nornir_ikediag.model.event import Event, EventKind
from nornir_ikediag.model.facts import SourceFacts

LOGS = Path(__file__).parent / "ikev2"
FILES = sorted(LOGS.glob("*.log"))
_ALL = "\n".join(path.read_text(encoding="utf-8") for path in FILES)
QUIET = (EventKind.NOTED, EventKind.STATE)


def read(text: str) -> tuple[list[Event], SourceFacts]:
    reader = LogReader("log")
    events = [event for number, line in enumerate(text.split("\n"), 1) for event in reader.feed(number, line)]
    events.extend(reader.close())
    return events, reader.facts()


def told(text: str) -> list[tuple[int, str, dict[str, str]]]:
    """Line, kind and fields of what is more than a remark."""
    return [(one.origin.line, one.kind.value, one.fields) for one in read(text)[0] if one.kind not in QUIET]


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_every_line_is_counted_and_understood(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    _, facts = read(text)
    assert (facts.lines, facts.unread) == (sum(bool(line.strip()) for line in text.split("\n")), 0)
    assert facts.kind in ("debug", "syslog")


def test_a_policy_comparison_becomes_both_lists_and_one_refusal() -> None:
    received = {"prf": "SHA1", "integrity": "SHA96", "dh_group": "2", "protocol": "IKE"}
    assert told((LOGS / "ike-policy-refused.log").read_text(encoding="utf-8")) == [
        (
            3,
            "received-policy",
            {
                **received,
                "number": "1",
                "encryption": "AES-CBC-256",
                "proposal": "AES-CBC-256 SHA1 SHA96 DH_GROUP_1024_MODP/Group 2",
            },
        ),
        (
            5,
            "received-policy",
            {
                **received,
                "number": "2",
                "encryption": "3DES",
                "proposal": "3DES SHA1 SHA96 DH_GROUP_1024_MODP/Group 2",
            },
        ),
        (
            9,
            "expected-policy",
            {
                **received,
                "number": "1",
                "encryption": "AES-CBC-256",
                "dh_group": "5",
                "proposal": "AES-CBC-256 SHA1 SHA96 DH_GROUP_1536_MODP/Group 5",
            },
        ),
        (1, "ike-proposals-refused", {"phase": "1", "protocol": "IKE"}),
        (7, "consequence", {}),
        (11, "consequence", {}),
        (13, "negotiation-aborted", {"reason": "Initial exchange failed", "exchange": "IKE_SA_INIT"}),
        (14, "consequence", {"abort": "yes"}),
        (15, "ike-terminating", {}),
    ]


@pytest.mark.parametrize(
    ("name", "line", "kind", "fields"),
    [
        (
            "child-no-map",
            1,
            "selectors-refused",
            {
                "result": "no-match",
                "crypto_map": "outside_map",
                "sequence": "10",
                "reason": "no crypto map entry matches the traffic selectors",
                "final": "yes",
            },
        ),
        (
            "map-incomplete",
            3,
            "crypto-map-incomplete",
            {
                "result": "incomplete",
                "missing": "ikev2 ipsec-proposal",
                "reason": "the crypto map entry is incomplete",
                "final": "yes",
            },
        ),
        (
            "map-peer",
            2,
            "crypto-map-peer-mismatch",
            {
                "result": "peer-mismatch",
                "crypto_map": "outside_map",
                "sequence": "10",
                "reason": "the crypto map entry names another peer",
                "final": "yes",
            },
        ),
        ("child-refused", 5, "ipsec-proposals-refused", {"phase": "2", "protocol": "ESP"}),
        ("lifetime", 41, "pfs-mismatch", {"phase": "2", "received": "2", "configured": "14"}),
    ],
)
def test_the_platform_line_tells_a_crypto_map_from_a_transform(
    name: str, line: int, kind: str, fields: dict[str, str]
) -> None:
    refusals = [one for one in told((LOGS / f"{name}.log").read_text(encoding="utf-8")) if one[1] == kind]
    assert refusals == [(line, kind, fields)]


def test_an_empty_list_without_platform_debug_is_only_supposed_to_be_the_crypto_map() -> None:
    lines = (LOGS / "child-no-map.log").read_text(encoding="utf-8").split("\n")[1:]
    refusal = next(one for one in read("\n".join(lines))[0] if one.kind == EventKind.SELECTORS_REFUSED)
    assert (refusal.trust, refusal.fields) == (
        "supposed",
        {"reason": "no crypto map entry fits: nothing is expected", "list": "empty"},
    )


def test_a_glued_dump_with_a_prompt_in_its_middle_is_one_packet() -> None:
    events, _ = read((LOGS / "initiator-glued.log").read_text(encoding="utf-8"))
    packet = next(one for one in events if one.kind == EventKind.PACKET)
    assert (packet.origin.line, packet.exchange, packet.local, packet.peer) == (4, "7", "192.0.2.1", "198.51.100.1")
    assert packet.fields == {
        "direction": "sending", "tag": "PROTO", "exchange": "IKE_SA_INIT", "flag": "REQUEST", "flags": "INITIATOR",
        "message_id": "0x00000000", "length": "458", "payloads": "SA KE", "local_port": "500", "peer_port": "500",
        "spi_i": "0x76a2e1b1bb7bb1af", "spi_r": "0x0000000000000000",
    }  # fmt: skip
    offer = next(one for one in events if one.kind == EventKind.PROPOSAL_OFFERED)
    assert offer.fields == {
        "number": "1", "protocol": "IKE", "direction": "sending", "encryption": "AES-CBC", "prf": "SHA256",
        "integrity": "SHA256", "dh_group": "14", "proposal": "AES-CBC SHA256 SHA256 DH_GROUP_2048_MODP/Group 14",
        "spi_i": "0x76a2e1b1bb7bb1af", "spi_r": "0x0000000000000000",
    }  # fmt: skip


def test_remarks_between_payloads_do_not_end_the_dump() -> None:
    text = (
        "IKEv2-PROTO-3: Rx [L 192.0.2.1:500/R 198.51.100.1:500/VRF i0:f0] m_id: 0x0\n"
        "IKEv2-PROTO-4: Exchange type: IKE_SA_INIT, flags: RESPONDER MSG-RESPONSE\n"
        "IKEv2-PROTO-5: Parse Vendor Specific Payload: (CUSTOM) VID  Next payload: NOTIFY, reserved: 0x0, length: 59\n"
        "IKEv2-PROTO-5: Parse Notify Payload: COOKIE NOTIFY(COOKIE)  Next payload: NONE, reserved: 0x0, length: 28\n"
        "    Security protocol id: IKE, spi size: 0, type: COOKIE\n"
    )
    assert [(line, kind) for line, kind, _ in told(text)] == [
        (1, "packet"),
        (4, "notify-received"),
        (4, "cookie-challenge"),
    ]
    assert told(text)[0][2]["payloads"] == "VID NOTIFY(COOKIE)"


@pytest.mark.parametrize(
    "clothing",
    [
        "%ASA-4-750003: ",
        "%FTD-4-750003 ",
        "Jun 10 2024 17:36:05: %ASA-4-750003: ",
        "<164>2024-06-10T17:36:05Z fw1 %ASA-4-750003: ",
        "Jun 10 17:36:06 collector.example Jun 10 2024 17:36:05 fw1 : %ASA-4-750003: ",
    ],
)
@pytest.mark.parametrize("infix", ["IKEv2 ", ""])
def test_syslog_in_any_clothing(clothing: str, infix: str) -> None:
    ends = "Local:192.0.2.1:500 Remote:198.51.100.1:4500 Username:Unknown "
    text = f"{clothing}{ends}{infix}Negotiation aborted due to ERROR: Failed to authenticate the IKE SA"
    events, facts = read(text)
    ports = {"local_port": "500", "peer_port": "4500"}
    assert [(one.kind.value, one.peer, one.local, one.username, one.message, one.fields) for one in events] == [
        (
            "auth-failed", "198.51.100.1", "192.0.2.1", None, "750003",
            {**ports, "reason": "the IKE SA could not be authenticated"},
        ),
        (
            "negotiation-aborted", "198.51.100.1", "192.0.2.1", None, "750003",
            {**ports, "reason": "Failed to authenticate the IKE SA"},
        ),
    ]  # fmt: skip
    assert (facts.kind, facts.unread) == ("syslog", 0)


def test_a_name_after_username_is_a_person_only_in_messages_about_users() -> None:
    ends = "Local:[2001:db8::1]:500 Remote:[2001:db8::2]:500"
    up, user, group = read(
        f"%ASA-5-750006: {ends} Username:Branch1 IKEv2 SA UP. Reason: New Connection Established\n"
        f"%ASA-3-751011: {ends} Username:alice IKEv2 Failed user authentication. Error: Login failed\n"
        f"%ASA-5-750006: {ends} Username:DefaultL2LGroup IKEv2 SA UP. Reason: New Connection Established\n"
    )[0]
    assert (up.username, up.get("user_or_group"), up.peer, up.local) == (None, "Branch1", "2001:db8::2", "2001:db8::1")
    assert (user.username, user.kind) == ("alice", EventKind.XAUTH_REJECTED)
    assert (group.tunnel_group, group.username) == ("DefaultL2LGroup", None)


def test_web_pages_carriage_returns_and_a_lost_first_letter() -> None:
    text = (
        "<p>KEv2-PROTO-1: (12): Failed to authenticate the IKE SA<br/>\r\n"
        "IKEv2-PROTO-5: (12): SM Trace-&gt; SA: I_SPI=DFA3B583A4369958 R_SPI=27C943C13FD94665 (R) MsgID = 00000001 "
        "CurState: R_VERIFY_AUTH Event: EV_AUTH_FAIL\r\n"
    )
    events, facts = read(text)
    assert facts.unread == 0
    assert [(one.kind.value, one.exchange) for one in events] == [("auth-failed", "12"), ("state", "12")]
    assert events[1].fields == {
        "spi_i": "0xdfa3b583a4369958",
        "spi_r": "0x27c943c13fd94665",
        "role": "responder",
        "message_id": "0x00000001",
        "state": "R_VERIFY_AUTH",
        "event": "EV_AUTH_FAIL",
    }


def test_what_is_not_understood_is_counted_with_its_line() -> None:
    _, facts = read("IKEv2-PROTO-1: (12): Some words of a release to come failed\nIKEv2-PROTO-3: (12): Insert SA")
    assert (facts.lines, facts.unread) == (2, 1)
    assert [(one.line, one.text) for one in facts.quoted] == [
        (1, "IKEv2-PROTO-1: (12): Some words of a release to come failed")
    ]


@given(st.integers(0, len(_ALL)), st.integers(0, len(_ALL)))
@settings(deadline=None, max_examples=60)
def test_any_cut_is_read_and_every_line_of_it_counted(start: int, end: int) -> None:
    text = _ALL[min(start, end) : max(start, end)][:6000]
    events, facts = read(text)
    assert facts.lines == sum(bool(line.strip()) for line in text.split("\n"))
    assert facts.unread <= facts.lines
    assert all(1 <= event.origin.line <= text.count("\n") + 1 for event in events)


@given(st.randoms(use_true_random=False), st.text(max_size=8))
@settings(deadline=None, max_examples=60)
def test_garbled_text_never_raises(random: object, noise: str) -> None:
    lines = _ALL.split("\n")
    choose = random.sample  # type: ignore[attr-defined]
    garbled = [line[: len(line) // 2] + noise + line[len(line) // 2 :] for line in choose(lines, 60)]
    text = "\n".join(garbled)
    _, facts = read(text)
    assert facts.unread <= facts.lines


def test_a_syslog_line_that_is_cut_behind_its_id_is_read() -> None:
    _, facts = read("%ASA-7-711001: IKEv2-PROTO-2: (12): Sending no proposal chosen notify\n\n%ASA-7-711001")
    assert facts.lines == 2


def test_messages_pasted_without_their_ids_are_one_each_and_not_the_body_of_the_first() -> None:
    ends = "Local:192.0.2.1:500 Remote:198.51.100.7:500 Username:Unknown IKEv2"
    assert told(f"{ends} Received a IKE_INIT_SA request\n{ends} Unable to find tunnel group for peer.") == [
        (1, "responder-starts", {"local_port": "500", "peer_port": "500"}),
        (2, "tunnel-group-missing", {"local_port": "500", "peer_port": "500"}),
    ]


DUMP = """IKEv2-PROTO-4: (9): Received Packet [From 198.51.100.7:500/To 192.0.2.1:500/VRF i0:f0]
(9): Initiator SPI : 5A6B7C8D9E0F1A2B - Responder SPI : 1122334455667788 Message id: 1
(9): IKEv2 IKE_AUTH Exchange RESPONSEIKEv2-PROTO-5: (9): Next payload: ENCR, version: 2.0 (9): Exchange type: IKE_AUTH, flags: RESPONDER MSG-RESPONSE (9): Message id: 1, length: 240(9):
Payload contents:
(9):
(9): Decrypted packet:(9): Data: 240 bytes
(9): REAL Decrypted packet:(9): Data: 152 bytes
 NOTIFY(TS_UNACCEPTABLE)(9):   Next payload: NONE, reserved: 0x0, length: 8
(9):     Security protocol id: Unknown - 0, spi size: 0, type: TS_UNACCEPTABLE""".splitlines()  # noqa: E501
CONSOLE = (
    "%ASA-6-302013: Built inbound TCP connection 1 for inside:10.1.0.9/1 (10.1.0.9/1) to outside:203.0.113.9/443",
    "Mar 12 2024 10:00:01: %ASA-6-302014: Teardown TCP connection 1 for inside:10.1.0.9/1 to outside:203.0.113.9/443",
)


@pytest.mark.parametrize("at", range(1, len(DUMP) + 1))
def test_syslog_that_the_console_prints_into_a_dump_leaves_it_whole(at: int) -> None:
    reader = LogReader("debug.log")
    lines = [*DUMP[:at], *CONSOLE, *DUMP[at:]]
    events = [*reader.events(list(enumerate(lines, start=1))), *reader.close()]
    assert [(event.kind, event.get("name")) for event in events] == [
        (EventKind.PACKET, ""),
        (EventKind.NOTIFY_RECEIVED, "TS_UNACCEPTABLE"),
    ]
    assert reader.facts().unread == 0
