"""Secrets go, everything else stays, and a line stays a line."""

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from nornir_ikediag.redact import MASK, redact, redact_text

SECRETS = {
    " ikev1 pre-shared-key S3cret": " ikev1 pre-shared-key *****",
    " pre-shared-key 8": " pre-shared-key *****",
    " ikev1 pre-shared-key 8 Zm9v": " ikev1 pre-shared-key 8 *****",
    " ikev2 local-authentication pre-shared-key S3cret": " ikev2 local-authentication pre-shared-key *****",
    " ikev2 remote-authentication pre-shared-key hex 00ff": " ikev2 remote-authentication pre-shared-key hex *****",
    "fw1(config-tunnel-ipsec)# pre-shared-key S3cret": "fw1(config-tunnel-ipsec)# pre-shared-key *****",
    "isakmp key S3cret address 192.0.2.1 netmask 255.255.255.255": (
        "isakmp key ***** address 192.0.2.1 netmask 255.255.255.255"
    ),
    "enable password 8Ry2YjIyt7RRXU24 encrypted": "enable password ***** encrypted",
    "enable password $sha512$5000$abc==$def== pbkdf2": "enable password ***** pbkdf2",
    "enable secret 5 $1$abc$def": "enable secret 5 *****",
    "passwd 2KFQnbNIdI.2KYOU encrypted": "passwd ***** encrypted",
    "username bob password f00 encrypted privilege 15": "username bob password ***** encrypted privilege 15",
    "User 'amy' executed the 'username bob password f00 privilege 2' command.": (
        "User 'amy' executed the 'username bob password ***** privilege 2' command."
    ),
    " key S3cret": " key *****",
    " key 12345": " key *****",
    "aaa-server TAC (inside) host 10.1.1.1 S3cret timeout 5": "aaa-server TAC (inside) host 10.1.1.1 ***** timeout 5",
    " ldap-login-password S3cret": " ldap-login-password *****",
    " radius-common-pw S3cret": " radius-common-pw *****",
    "snmp-server community S3cret": "snmp-server community *****",
    "snmp-server host inside 10.1.1.1 community S3cret version 2c": (
        "snmp-server host inside 10.1.1.1 community ***** version 2c"
    ),
    "snmp-server user u g v3 auth sha S3cret priv aes 128 Other": (
        "snmp-server user u g v3 auth sha ***** priv aes 128 *****"
    ),
    "failover key S3cret": "failover key *****",
    "failover ipsec pre-shared-key S3cret": "failover ipsec pre-shared-key *****",
    "key config-key password-encryption S3cret Old": "key config-key password-encryption *****",
    " ospf message-digest-key 1 md5 S3cret": " ospf message-digest-key 1 md5 *****",
    " neighbor 192.0.2.7 password S3cret": " neighbor 192.0.2.7 password *****",
    " rip authentication key S3cret key_id 1": " rip authentication key ***** key_id 1",
    " isis authentication key 0 S3cret level-2": " isis authentication key 0 ***** level-2",
    " isis password S3cret level-1": " isis password ***** level-1",
    " area-password S3cret authenticate snp validate": " area-password ***** authenticate snp validate",
    " ipv6 ospf authentication ipsec spi 500 md5 0 0123456789ABCDEF0123456789ABCDEF": (
        " ipv6 ospf authentication ipsec spi 500 md5 0 *****"
    ),
    " ipv6 ospf encryption ipsec spi 501 esp aes-cbc 128 0123456789abcdef0123456789abcdef md5 "
    "1123456789abcdef0123456789abcdef": " ipv6 ospf encryption ipsec spi 501 esp aes-cbc 128 ***** md5 *****",
    " area 0 authentication ipsec spi 502 sha1 0123456789abcdef0123456789abcdef01234567": (
        " area 0 authentication ipsec spi 502 sha1 *****"
    ),
    " sap pmk 0123456789abcdef mode-list gcm-encrypt": " sap pmk ***** mode-list gcm-encrypt",
    "ntp authentication-key 1 md5 S3cret": "ntp authentication-key 1 md5 *****",
    "[IKEv1 DEBUG]Group = ra, IP = 192.0.2.9, MODE_CFG: Received Password reply: my pass word": (
        "[IKEv1 DEBUG]Group = ra, IP = 192.0.2.9, MODE_CFG: Received Password reply: *****"
    ),
    "Received attribute XAUTH_USER_PASSWORD: S3cret": "Received attribute XAUTH_USER_PASSWORD: *****",
    "shared secret=S3cret, next": "shared secret=*****, next",
    "copy https://bob:S3cret@192.0.2.1/image disk0:": "copy https://bob:*****@192.0.2.1/image disk0:",
    "MIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSjAgEAAoIBAQC7VJTUt9Us8cKj": "*****",
}

PROSE = (
    "%ASA-6-113015: AAA user authentication Rejected : reason = Invalid password : local database : user = bob",
    "Group = ra, Username = bob, IP = 192.0.2.9, Password for user (bob) too long, truncating to 127 characters",
    "Group = ra, IP = 192.0.2.9, Invalid (NULL) secret key detected while computing hash",
    "Headend security gateway has failed our user authentication attempt - check configured username and password",
    "Group = 192.0.2.1, IP = 192.0.2.1, processing ke payload",
    "Group = 192.0.2.1, IP = 192.0.2.1, Generating keys for Responder...",
    "IKE Initiator: New Phase 1, Intf inside, IKE Peer 192.0.2.1  local Proxy Address 10.0.0.0",
    "IPSEC: New embryonic SA created @ 0x00007f5c1a2b3c40, key acquire",
    " authentication pre-share",
    " ikev1 pre-shared-key *****",
    " key *****",
    "aaa-server TAC protocol radius",
    "aaa-server TAC (inside) host 10.1.1.1",
    "enable password:",
    "tunnel-group 192.0.2.1 ipsec-attributes",
    "key chain uplink",
)


@pytest.mark.parametrize(("line", "expected"), SECRETS.items(), ids=range(len(SECRETS)))
def test_the_secret_goes_and_the_rest_of_the_line_stays(line: str, expected: str) -> None:
    assert redact(line) == (expected, expected.count(MASK))


@pytest.mark.parametrize("line", PROSE)
def test_what_a_device_merely_says_stays(line: str) -> None:
    assert redact(line) == (line, 0)


def test_a_text_keeps_its_lines() -> None:
    text = "enable password f00 encrypted\r\n\n pre-shared-key S3cret\nhostname fw1\n"
    assert redact_text(text) == ("enable password ***** encrypted\r\n\n pre-shared-key *****\nhostname fw1\n", 2)


WORDS = st.sampled_from(
    [
        "pre-shared-key",
        "key",
        "password",
        "passwd",
        "secret",
        "enable",
        "username",
        "bob",
        "community",
        "snmp-server",
        "aaa-server",
        "host",
        "isakmp",
        "8",
        "0",
        "=",
        ":",
        "*****",
        "'",
        '"',
        ",",
        "reply",
        "MODE_CFG:",
        "Received",
        "psk",
        "://",
        "a:b@c",
        "encrypted",
        "(inside)",
        "hex",
        "level",
        "md5",
        "auth-string",
        "idtoken",
    ]
)
PASTED = st.one_of(
    st.lists(WORDS, max_size=12).map(" ".join),
    st.lists(WORDS, max_size=12).map("  ".join),
    st.text(max_size=120),
)


@settings(deadline=None, max_examples=200)
@given(st.lists(PASTED, max_size=6))
@example(["password=password=x"])
@example(["enable password 8 username"])
def test_lines_are_never_added_dropped_or_joined_and_twice_is_once(lines: list[str]) -> None:
    text = "\n".join(lines)
    once, count = redact_text(text)
    assert once.count("\n") == text.count("\n")
    assert (count == 0) == (once == text)
    assert redact_text(once) == (once, 0)


@settings(deadline=None, max_examples=100)
@given(st.text(st.characters(codec="ascii", categories=["L", "N"]), min_size=9, max_size=40))
def test_no_secret_survives_whatever_it_looks_like(secret: str) -> None:
    for line, expected in SECRETS.items():
        if "S3cret" in line:
            assert redact(line.replace("S3cret", f"{secret}!"))[0] == expected
