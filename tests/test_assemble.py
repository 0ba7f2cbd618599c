"""Texts to tunnels: who is who, and in which state."""

import re
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nornir_ikediag.assemble import assemble
from nornir_ikediag.capture import Capture, Source
from nornir_ikediag.diagnose import diagnose
from nornir_ikediag.model.facts import WindowFacts
from nornir_ikediag.model.tunnel import Tunnel

PEER = "203.0.113.50"
NO_IKE = "\nThere are no IKEv1 SAs\n\nThere are no IKEv2 SAs\n"
NO_CHILD = "\nThere are no ipsec sas\n"
CONFIGURATION = """crypto ipsec ikev1 transform-set AES256 esp-aes-256 esp-sha-hmac
access-list L2L extended permit ip 10.1.1.0 255.255.255.0 10.2.2.0 255.255.255.0
crypto map outside_map 20 match address L2L
crypto map outside_map 20 set peer 203.0.113.50 203.0.113.51
crypto map outside_map 20 set ikev1 transform-set AES256
crypto map outside_map interface outside
crypto ikev1 enable outside
tunnel-group 203.0.113.50 type ipsec-l2l
tunnel-group 203.0.113.50 ipsec-attributes
 ikev1 pre-shared-key *****
: end
"""
LOG = """Nov 08 09:00:00 [IKEv1]IP = 203.0.113.50, IKE_DECODE RECEIVED Message (msgid=0) with payloads : HDR + SA (1) + NONE (0) total length : 148
Nov 08 09:00:02 [IKEv1]Group = 203.0.113.50, IP = 203.0.113.50, PHASE 1 COMPLETED
Nov 08 09:00:03 [IKEv1]Group = 203.0.113.50, IP = 203.0.113.50, Security negotiation complete for LAN-to-LAN Group (203.0.113.50)  Responder, Inbound SPI = 0x5f3a1c20, Outbound SPI = 0x9d8e7f60
Nov 08 09:00:03 [IKEv1]Group = 203.0.113.50, IP = 203.0.113.50, PHASE 2 COMPLETED (msgid=4b1d6a32)
"""  # noqa: E501
GONE = "Nov 08 09:30:00 [IKEv1]Group = 203.0.113.50, IP = 203.0.113.50, Session is being torn down. Reason: {}\n"


def ike(peer: str = PEER, state: str = "MM_ACTIVE", kind: str = "L2L", remaining: int = 78000) -> str:
    return f"""
   Active SA: 1
    Rekey SA: 0 (A tunnel will report 1 Active and 1 Rekey SA during rekey)
Total IKE SA: 1

1   IKE Peer: {peer}
    Type    : {kind}             Role    : responder
    Rekey   : no              State   : {state}
    Encrypt : aes-256         Hash    : SHA
    Auth    : preshared       Lifetime: 86400
    Lifetime Remaining: {remaining}
"""


def child(
    peer: str = PEER, encaps: int = 50, decaps: int = 49, head: str = "interface: outside\n", user: str = ""
) -> str:
    kind = "RA" if user else "L2L"
    assigned = "      dynamic allocated peer ip: 10.9.0.5\n" if user else ""
    return f"""{head}    Crypto map tag: outside_map, seq num: 20, local addr: 192.0.2.1

      local ident (addr/mask/prot/port): (10.1.1.0/255.255.255.0/0/0)
      remote ident (addr/mask/prot/port): (10.2.2.0/255.255.255.0/0/0)
      current_peer: {peer}{user}
{assigned}
      #pkts encaps: {encaps}, #pkts encrypt: {encaps}, #pkts digest: {encaps}
      #pkts decaps: {decaps}, #pkts decrypt: {decaps}, #pkts verify: {decaps}
      #send errors: 0, #recv errors: 0

      local crypto endpt.: 192.0.2.1, remote crypto endpt.: 203.0.113.50
      path mtu 1500, ipsec overhead 74, media mtu 1500
      current outbound spi: 9D8E7F60
      current inbound spi : 5F3A1C20

    inbound esp sas:
      spi: 0x5F3A1C20 (1597643808)
         transform: esp-aes-256 esp-sha-hmac no compression
         in use settings ={{{kind}, Tunnel, }}
         slot: 0, conn_id: 8192, crypto-map: outside_map
         sa timing: remaining key lifetime (kB/sec): (4373999/25200)
         IV size: 16 bytes
         replay detection support: Y
         Anti replay bitmap:
          0xFFFFFFFF 0xFFFFFFFF
    outbound esp sas:
      spi: 0x9D8E7F60 (2643361632)
         transform: esp-aes-256 esp-sha-hmac no compression
         in use settings ={{{kind}, Tunnel, }}
         slot: 0, conn_id: 8192, crypto-map: outside_map
         sa timing: remaining key lifetime (kB/sec): (4373999/25200)
         IV size: 16 bytes
         replay detection support: Y
         Anti replay bitmap:
          0xFFFFFFFF 0xFFFFFFFF

"""


CLEARED_UP = f"""\
Nov 08 09:08:23 [IKEv1 DEBUG]Group = {PEER}, IP = {PEER}, IKE SA MM:1f2e3d4c terminating:  flags 0x01000002, refcnt 0
Nov 08 09:08:23 [IKEv1 DEBUG]Group = {PEER}, IP = {PEER}, constructing IKE delete payload
"""


def read(*texts: str, peers: tuple[str, ...] = (), commands: tuple[str, ...] = ()) -> tuple[Tunnel, ...]:
    named = [Source(name=f"text {number}", text=text) for number, text in enumerate(texts)]
    named += [
        Source(name=command, command=command, text=text)
        for command, text in zip(commands[::2], commands[1::2], strict=True)
    ]
    return assemble(Capture(name="fw1", sources=tuple(named), peers=peers)).tunnels


def states(*texts: str, peers: tuple[str, ...] = ()) -> dict[str, str]:
    return {tunnel.peer: tunnel.state for tunnel in read(*texts, peers=peers)}


@pytest.mark.parametrize(
    ("texts", "state"),
    [
        ((ike(), child()), "up"),
        ((NO_IKE, child()), "up"),  # in IKEv1 phase 1 may expire while the child SAs live
        ((ike(), NO_CHILD), "phase1-only"),
        ((ike(),), "unknown"),  # nobody read the child SAs
        ((ike(state="MM_REKEY_DONE_H2"), child()), "rekeying"),
        ((ike(state="MM_WAIT_MSG2", kind="user"), NO_CHILD), "negotiating"),
        ((ike(state="MM_WAIT_MSG2", kind="user"), child()), "rekeying"),
        ((ike(state="am_active"), child()), "up"),
        ((LOG,), "up"),
        ((LOG + GONE.format("Idle Timeout"),), "idle"),
        ((LOG + GONE.format("Lost Service"),), "down"),
        ((LOG + GONE.format("Lost Service") + LOG.replace("09:", "10:"),), "up"),
        ((CLEARED_UP,), "unknown"),  # behind what?
        ((LOG, NO_IKE, NO_CHILD), "up"),  # no order is known: the outputs may be older, or another box's
        ((LOG[: LOG.index("Nov 08 09:00:02")],), "negotiating"),
    ],
)
def test_the_state_of_one_tunnel(texts: tuple[str, ...], state: str) -> None:
    assert states(*texts) == {PEER: state}


def test_a_configured_tunnel_without_an_sa_is_idle_until_somebody_wants_it() -> None:
    texts = (NO_IKE, NO_CHILD, CONFIGURATION)
    assert states(*texts) == {PEER: "idle"}
    assert states(*texts, peers=(PEER,)) == {PEER: "down"}
    assert states(*texts, peers=("203.0.113.51",)) == {"203.0.113.51": "down"}


def test_a_backup_peer_serves_its_entry() -> None:
    backup = "203.0.113.51"
    assert states(ike(peer=backup), child(peer=backup), CONFIGURATION) == {backup: "up"}


INTERFACES = """interface GigabitEthernet1/1
 nameif outside
 ip address 192.0.2.1 255.255.255.0
!
interface Tunnel1
 nameif vti-oslo
 tunnel source interface outside
 tunnel destination 198.51.100.7
 tunnel mode ipsec ipv4
 tunnel protection ipsec profile VTI
!
interface Tunnel2
 shutdown
 nameif vti-bergen
 tunnel source interface outside
 tunnel destination 198.51.100.8
 tunnel mode ipsec ipv4
 tunnel protection ipsec profile VTI
!
interface Tunnel3
 nameif vti-moss
 tunnel source interface outside
 tunnel destination 198.51.100.9
 tunnel protection ipsec profile GONE
!
interface Virtual-Template1 type tunnel
 nameif dynamic
 tunnel source interface outside
 tunnel mode ipsec ipv4
 tunnel protection ipsec profile VTI
"""
PROFILE = """crypto ipsec ikev2 ipsec-proposal AES256
 protocol esp encryption aes-256
 protocol esp integrity sha-256
crypto ipsec profile VTI
 set ikev2 ipsec-proposal AES256
crypto ikev2 enable outside
"""
FILTERED = "show running-config interface | include interface|nameif|shutdown|tunnel"
VTI = (
    "show running-config crypto",
    PROFILE,
    FILTERED,
    re.sub(r"(?m)^(?!.*(interface|nameif|shutdown|tunnel)).*\n", "", INTERFACES),
)


def test_the_whole_configuration_tells_of_tunnel_interfaces_too() -> None:
    whole = f": Saved\nASA Version 9.16(4)\nhostname fw1\n{INTERFACES}!\n{PROFILE}: end\n"
    tunnels = read(NO_CHILD, NO_IKE, commands=("show running-config", whole))
    assert {tunnel.peer: tunnel.state for tunnel in tunnels} == {
        "198.51.100.7": "down",
        "198.51.100.8": "idle",
        "198.51.100.9": "down",
    }


@pytest.mark.parametrize("turned", [False, True])
def test_a_tunnel_interface_names_a_peer_whatever_text_it_stands_in(turned: bool) -> None:
    commands = VTI[2:] + VTI[:2] if turned else VTI
    tunnels = {tunnel.peer: tunnel for tunnel in read(NO_CHILD, NO_IKE, commands=commands)}
    assert {peer: tunnel.state for peer, tunnel in tunnels.items()} == {
        "198.51.100.7": "down",  # it comes up by itself, so somebody wants it
        "198.51.100.8": "idle",  # shut down
        "198.51.100.9": "down",
    }
    oslo = tunnels["198.51.100.7"]
    assert oslo.ike_version == 2
    assert oslo.configuration
    (entry,) = oslo.configuration.crypto_maps
    assert (entry.kind, entry.name, entry.sequence, entry.interfaces) == ("vti", "VTI", 1, ("outside",))
    assert [line.text for line in entry.lines] == [
        "crypto ipsec profile VTI",
        " set ikev2 ipsec-proposal AES256",
        "interface Tunnel1",
        " nameif vti-oslo",
        " tunnel source interface outside",
        " tunnel destination 198.51.100.7",
        " tunnel mode ipsec ipv4",
        " tunnel protection ipsec profile VTI",
    ]
    assert [one.name for one in oslo.interfaces] == ["Tunnel1"]


def test_a_tunnel_interface_that_is_down_by_hand_is_not_wanted() -> None:
    brief = (
        "Interface                  IP-Address      OK? Method Status                Protocol\n"
        "Tunnel1                    10.255.1.1      YES manual administratively down down\n"
        "Tunnel3                    10.255.3.1      YES manual down                  down\n"
    )
    tunnels = read(NO_CHILD, NO_IKE, commands=(*VTI, "show interface ip brief", brief))
    assert {tunnel.peer: tunnel.state for tunnel in tunnels} == {
        "198.51.100.7": "idle",
        "198.51.100.8": "idle",
        "198.51.100.9": "down",
    }


def test_the_configuration_alone_makes_no_tunnels() -> None:
    assert states(CONFIGURATION) == {}
    assert states(LOG.replace(PEER, "198.51.100.7"), CONFIGURATION) == {"198.51.100.7": "up"}


def test_a_peer_that_was_asked_for_and_is_nowhere_is_down_or_unknown() -> None:
    assert states(NO_IKE, NO_CHILD, peers=("198.51.100.9",)) == {"198.51.100.9": "down"}
    assert states(LOG, peers=("198.51.100.9",)) == {"198.51.100.9": "unknown"}


def test_output_of_one_peer_says_nothing_of_others() -> None:
    other = ike().replace("Total IKE SA: 1", "Total IKE SA: 2") + ike("198.51.100.9")[ike().index("1   IKE Peer") :]
    tunnels = read(
        other, commands=("show crypto ipsec sa peer 203.0.113.50", child(head="peer address: 203.0.113.50\n"))
    )
    assert {tunnel.peer: tunnel.state for tunnel in tunnels} == {PEER: "up", "198.51.100.9": "unknown"}


def test_cut_output_makes_nobody_idle() -> None:
    cut = child("198.51.100.9") + child(head="")[:450]
    assert states(NO_IKE, cut, CONFIGURATION)[PEER] == "unknown"


def test_remote_access_is_a_tunnel_for_each_user() -> None:
    both = child(user=", username: bob") + child(head="", user=", username: eve").replace("5F3A1C20", "5F3A1C21")
    tunnels = read(both)
    assert [(one.peer, one.username, one.kind, one.state) for one in tunnels] == [
        (PEER, "bob", "remote-access", "up"),
        (PEER, "eve", "remote-access", "up"),
    ]


def test_the_only_user_of_a_peer_owns_its_ike_sa() -> None:
    (tunnel,) = read(ike(kind="user", state="AM_ACTIVE"), child(user=", username: bob"))
    assert (tunnel.username, tunnel.kind, len(tunnel.ike_sas), tunnel.state) == ("bob", "remote-access", 1, "up")


def test_the_user_name_of_a_lan_to_lan_tunnel_is_no_user() -> None:
    log = LOG.replace("Group = 203.0.113.50, IP", "Group = 203.0.113.50, Username = 203.0.113.50, IP")
    (tunnel,) = read(log, ike(), child())
    assert (tunnel.peer, tunnel.username, tunnel.kind, tunnel.state) == (PEER, None, "lan-to-lan", "up")


def test_a_peer_printed_as_a_name_is_the_same_tunnel() -> None:
    (tunnel,) = read(ike(), child(peer="branch-one"))
    assert (tunnel.peer, tunnel.peer_name, len(tunnel.child_sas)) == (PEER, "branch-one", 1)


def test_type_user_while_a_lan_to_lan_tunnel_is_built() -> None:
    (tunnel,) = read(ike(state="MM_WAIT_MSG4", kind="user"), NO_CHILD)
    assert tunnel.kind == "lan-to-lan"


def test_rounds_become_before_and_now() -> None:
    sources = tuple(
        Source(name=command, command=command, text=text, round=turn)
        for turn, encaps in ((0, 50), (1, 90))
        for command, text in (("show crypto isakmp sa", ike()), ("show crypto ipsec sa", child(encaps=encaps)))
    )
    at = datetime(2026, 3, 2, 12, tzinfo=UTC)
    (tunnel,) = assemble(Capture(name="fw1", sources=sources, collected_at=at)).tunnels
    assert tunnel.before is not None
    assert (tunnel.before.state, tunnel.before.child_sas[0].counters["pkts encaps"]) == ("up", 50)
    assert tunnel.child_sas[0].counters["pkts encaps"] == 90
    assert tunnel.since == datetime(2026, 3, 2, 9, 40, tzinfo=UTC)  # 8,400 s of the IKE SA's lifetime are over


def test_what_fails_in_a_window_and_is_up_after_it_is_a_note() -> None:
    failing = (
        Path(__file__).parent / "causes/pre_shared_key_mismatch/fires-responder-cannot-decrypt/debug.log"
    ).read_text()
    noon = datetime(2026, 3, 2, 12, tzinfo=UTC)
    capture = Capture(
        name="fw1",
        sources=(
            Source(name="debug", command="debug crypto ikev1 127", text=failing),
            Source(name="a", command="show crypto isakmp sa", text=ike(), round=1),
            Source(name="b", command="show crypto ipsec sa", text=child(), round=1),
        ),
        windows=(WindowFacts(opened_at=noon, closed_at=noon, closed_by="time"),),
    )
    found = {one.cause: one.severity for one in diagnose(assemble(capture)).findings}
    assert found == {"pre-shared-key-mismatch": "info"}


def test_lines_seen_in_an_earlier_show_logging_are_not_news() -> None:
    line = f"Nov 08 2023 09:12:01: %ASA-3-713123: Group = {PEER}, IP = {PEER}, IKE lost contact with remote peer, deleting connection (keepalive type: DPD)"  # noqa: E501
    sources = tuple(
        Source(name="log", command=f"show logging | include {PEER}", text=line, round=turn) for turn in (0, 1)
    )
    (tunnel,) = assemble(Capture(name="fw1", sources=sources)).tunnels
    assert len(tunnel.events) == 1


HEALTHY = (LOG, ike(), child())
_READING_TROUBLE = {"output-incomplete", "output-unrecognised"}


@settings(deadline=None, max_examples=80)
@given(data=st.data())
def test_no_part_of_what_a_healthy_device_says_raises_an_alarm(data: st.DataObject) -> None:
    sources = []
    for number, text in enumerate(HEALTHY):
        lines = text.split("\n")
        dropped = data.draw(st.sets(st.integers(0, len(lines) - 1)))
        first = data.draw(st.integers(0, len(lines) - 1))
        kept = [line for place, line in enumerate(lines) if place >= first and place not in dropped]
        sources.append(Source(name=f"text {number}", text="\n".join(kept)))
    found = diagnose(assemble(Capture(name="fw1", sources=tuple(sources)))).findings
    assert [one for one in found if one.severity != "info" and one.cause not in _READING_TROUBLE] == []


SYSLOG = "Nov 08 2023 09:00:02 fw1 : %ASA-5-713119: Group = 203.0.113.50, IP = 203.0.113.50, PHASE 1 COMPLETED\n"


def test_lines_without_a_year_take_that_of_the_syslog_beside_them() -> None:
    one_text = [Source(name="paste.log", text=LOG + SYSLOG)]
    two_texts = [Source(name="debug.log", text=LOG), Source(name="syslog.log", text=SYSLOG)]
    for sources in (one_text, two_texts):
        (tunnel,) = assemble(Capture(name="fw1", sources=tuple(sources))).tunnels
        assert {event.at.year for one in tunnel.negotiations for event in one.events if event.at} == {2023}


SESSION = """fw1# show vpn-sessiondb l2l

Session Type: LAN-to-LAN

Connection   : 203.0.113.50
Index        : 4                      IP Addr      : 203.0.113.50
Protocol     : {}
Bytes Tx     : 1238800                Bytes Rx     : 1021212
Login Time   : 08:12:11 UTC Tue Mar 12 2024
Duration     : 1h:45m:03s
"""


@pytest.mark.parametrize(
    ("protocol", "state"), [("IKEv1 IPsec", "up"), ("IKEv2 IPsecOverNatT", "up"), ("IKEv1", "phase1-only")]
)
def test_a_session_alone_is_a_tunnel(protocol: str, state: str) -> None:
    (tunnel,) = assemble(Capture(name="fw1", sources=(Source(name="show.txt", text=SESSION.format(protocol)),))).tunnels
    assert (tunnel.peer, tunnel.state, tunnel.since) == (PEER, state, datetime(2024, 3, 12, 8, 12, 11))


def test_no_session_outweighs_the_absence_of_its_sas() -> None:
    text = (
        SESSION.format("IKEv1 IPsec")
        + "fw1# show crypto isakmp sa\n"
        + NO_IKE
        + "fw1# show crypto ipsec sa\n"
        + NO_CHILD
    )
    (tunnel,) = assemble(Capture(name="fw1", sources=(Source(name="show.txt", text=text),))).tunnels
    assert tunnel.state == "idle"
