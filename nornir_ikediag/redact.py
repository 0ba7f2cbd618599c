"""Secrets out of every line, before it reaches disk, a log or a report.

What is removed is what would let somebody in: pre-shared keys, passwords and their hashes, AAA keys, SNMP communities,
routing and failover keys, credentials in URLs, private keys. Names and addresses stay, because a diagnosis is about
them. A secret becomes ``*****``, the ASA's own mask, so that a masked configuration reads the same as a redacted one.

Prose stays as it is: `Password for user … too long` and `reason = Invalid password : local database` are what a device
says, not what it keeps. So the bare word is no sign; a command or an assignment is.

A line stays a line: nothing is added, dropped or joined, and redacting twice is redacting once.
"""

import re
from typing import Final

MASK: Final = "*****"

_BASE64_LENGTH: Final = 64  # the line length of PEM, and of what `crypto ca export` prints
_BLANKS_BEFORE_PEM: Final = 16  # at most, in front of what is looked at
_PEM: Final = re.compile(rf"(?P<secret>[A-Za-z0-9+/]{{{_BASE64_LENGTH}}})\s*\Z")
_VALUE: Final = r"(?:\s*=\s*|:\s+)(?P<secret>\"[^\"]*\"|'[^']*'|[^\s,;]+)"  # 'password = x', 'XAUTH_PASSWORD: x'
_WORD: Final = r"(?:(?:[05678]|encrypted)\s+(?=\S))?(?P<secret>\S+)"  # behind the digit of its encryption type

# A literal that a line must hold, in lower case, and a pattern that is then tried.
_TABLE: Final = (
    ("pre-shared-key", r"\bpre-shared-key\s+(?:(?:ascii-text|hex|hexadecimal)\s+(?=\S))?WORD"),
    ("isakmp", r"\bisakmp\s+key\s+WORD"),
    ("config-key", r"\bconfig-key\s+password-encryption\s+(?P<secret>\S.*)"),
    ("server-key", r"\bserver-key\s+WORD"),
    ("key-string", r"\bkey-string\s+WORD"),
    ("key ", r"^\s*(?:\S+[#>]\s*)?key\s+(?!config-key\b|chain\b)WORD(?=\s*$)"),  # of an aaa-server or a cluster
    ("-server", r"\b(?:tacacs|radius)-server\s+(?:host\s+\S+\s+)?key\s+WORD"),
    ("failover", r"\bfailover\s+key\s+(?:hex\s+)?WORD"),
    ("cluster", r"\bcluster\s+key\s+WORD"),
    ("authentication-key", r"\bauthentication-key\s+(?:\d+\s+md5\s+)?WORD"),
    ("message-digest-key", r"\bmessage-digest-key\s+\d+\s+md5\s+WORD"),
    ("eigrp", r"\bauthentication\s+key\s+eigrp\s+\d+\s+WORD"),
    ("shared", r"\bpre-?shared[ _-]?keyVALUE"),
    ("enable", r"\benable\s+(?:password|secret)\s+(?:level\s+\d+\s+)?(?!for\b|is\b|was\b)WORD"),
    ("username", r"\busername\s+(?!=)\S+\s+(?:password|secret)\s+WORD"),
    ("passw", r"^\s*(?:\S+[#>]\s*)?(?:no\s+)?passw(?:d|ord)\s+WORD(?=\s*$|\s+(?:encrypted|pbkdf2|level)\b)"),
    ("-password", r"\b(?:ldap-login|keystore)-password\s+WORD"),
    ("authentication key", r"\b(?:rip|isis)\s+authentication\s+key\s+WORD"),
    ("isis", r"\bisis\s+password\s+WORD"),
    ("-password", r"^\s*(?:area|domain)-password\s+WORD"),
    ("ipsec spi", r"\bipsec\s+spi\s+\d+\s.{0,60}?\b(?:md5|sha1)\s+(?:[07]\s+(?=\S))?(?P<secret>[0-9a-f]{16,})"),
    ("ipsec spi", r"\bipsec\s+spi\s+\d+\s+esp\s.{0,30}?\s(?:[07]\s+(?=\S))?(?P<secret>[0-9a-f]{16,})"),
    ("pmk", r"\bsap\s+pmk\s+WORD"),
    ("neighbor", r"\bneighbor\s+\S+\s+password\s+WORD"),
    ("passphrase", r"\bpassphrase\s+WORD(?=\s*$)"),
    ("pass", r"(?<!invalid )pass(?:word|wd|code|phrase)VALUE"),
    ("mode_cfg", r"\bMODE_CFG:\s+Received\s+[^:]{0,60}passw[^:]{0,60}reply:\s*(?P<secret>\S.*)"),
    ("secret", "secretVALUE"),
    ("community", r"\bsnmp-server\s+(?:host\s.{0,80}?\b)?community\s+WORD"),
    ("snmp-server user", r"\bsnmp-server\s+user\s.{0,120}?\bauth\s+(?:md5|sha\d*)\s+WORD"),
    ("snmp-server user", r"\bsnmp-server\s+user\s.{0,240}?\bpriv\s+(?:des|3des|aes)\s+(?:(?:128|192|256)\s+)?WORD"),
    ("aaa-server", r"\baaa-server\s+\S+\s+(?:\(\S+\)\s+)?host\s+\S+\s+(?:key\s+)?(?!timeout\b)WORD"),
    ("common-pw", r"\bradius-common-pw\s+WORD"),
    ("auth-string", r"\bauth-string\s+WORD"),
    ("idtoken", r"\bidtoken\s+WORD"),
    ("psk", r"\bpskVALUE"),
    ("://", r"://[^\s/:@]+:(?P<secret>[^\s/@]+)@"),
)
_PATTERNS: Final = tuple(
    (literal, re.compile(pattern.replace("VALUE", _VALUE).replace("WORD", _WORD), re.IGNORECASE))
    for literal, pattern in _TABLE
)


def redact(line: str) -> tuple[str, int]:
    """The line without secrets, and how many there were. Raises nothing."""
    low = line.lower()
    # Every literal of the table comes with one of these. Spelled out: a loop would cost what the test saves.
    if (
        "key" in low
        or "pass" in low
        or "secret" in low
        or "-server" in low
        or "common-pw" in low
        or "auth-string" in low
        or "idtoken" in low
        or "psk" in low
        or "pmk" in low
        or "ipsec spi" in low
        or "://" in low
    ):
        count = 0
        for literal, pattern in _PATTERNS:
            if literal in low:
                line, removed = _without(pattern, line)
                count += removed
        return line, count
    if len(line) >= _BASE64_LENGTH and " " not in line[_BLANKS_BEFORE_PEM:_BASE64_LENGTH]:
        return _without(_PEM, line)
    return line, 0


def redact_text(text: str) -> tuple[str, int]:
    """As :func:`redact`, for a text of many lines: the same number of lines, with the same ends."""
    lines = text.split("\n")
    count = 0
    for number, line in enumerate(lines):
        lines[number], removed = redact(line)
        count += removed
    return "\n".join(lines), count


def _without(pattern: re.Pattern[str], line: str) -> tuple[str, int]:
    count = 0

    def mask(match: re.Match[str]) -> str:
        nonlocal count
        start, end = match.span("secret")
        if not match["secret"].strip("*'\""):
            return match[0]  # masked already, by the device or by us
        count += 1
        return match[0][: start - match.start()] + MASK + match[0][end - match.start() :]

    return pattern.sub(mask, line), count
