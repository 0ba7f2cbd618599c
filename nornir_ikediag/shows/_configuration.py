"""A running configuration as a tree of commands: each top-level line with the lines that belong to it.

The ASA indents what belongs to the line above by one blank. Pasted text often has lost that, so indentation is believed
where the text has any, and else a line that begins with a word that no top-level command begins with belongs to the
line above. Words that can be either are decided by the block: `group 2` under a policy, `authentication …` anywhere.
"""

import re
from collections.abc import Iterator, Sequence

# First words of top-level commands of ASA 7.0 to 9.2x, PIX 7 and FTD. A line that begins with none of these is unread.
_TOP_LEVEL_WORDS = """
    aaa aaa-server access-group access-list alias allocate-interface ap-group app-agent app-agent-heartbeat arp asdm
    asp auth-prompt auto-update banner bfd boot cache call-home certificate class class-map client-update clns clock
    cluster command-alias compression config-register config-url configure console coredump crypto cts ctl-file
    ctl-provider ddns dhcp dhcp-client dhcpd dhcprelay dns dns-guard dns-group domain-name dynamic-access-policy-record
    dynamic-filter dynamic-map enable eigrp established event extended failover file filter fips fips-mode firewall
    fixup flow-export flow-mib flow-offload fragment ftp ftp-map global group-object group-policy gtp-map
    h225-map hostname hpm http http-map icmp igmp imap4s interface ip ip-client ipsec ipv6 ipv6-vpn-addr-assign isakmp
    jumbo-frame kerberos key l2tp lacp ldap license lisp logging logout mac mac-address mac-address-table
    mac-learn mac-list mail-relay management-access map map-domain map-class media-termination mfib mgcp-map mld
    mobile-network-code monitor-interface mount mroute mtu multicast-routing name names nameif nat nac nac-policy
    nat-control ngips no ntp num-packets nve object object-group object-group-search ospf p2p packet-tracer pager
    passwd password password-policy pim phone-proxy policy-list policy-map policy-route pop3s port-channel
    port-forward port-object pppoe prefix-list priority-queue privilege prompt quit quota regex remote-access
    rest-api rip route route-map router routing same-security-traffic saml scansafe scep secure-unit-authentication
    security-group service service-interface service-module service-object service-policy set setup sip-map sla
    smtp-server smtps snmp snmp-map snmp-server snort software-version ssh ssl startup-config static sticky
    sunrpc-server
    switchport sysopt tcp-map tcp-inspection telnet terminal terminal-services tftp-server threat-detection
    time-range timeout tls-proxy track traffic-forward transparent trustpoint tunnel-group tunnel-group-map
    tunnel-group-preference uauth url-block url-cache url-list url-server user-identity user-statistics username
    vpdn vpn vpn-addr-assign vpn-group vpn-load-balancing vpn-mode vpn-sessiondb vpnclient vpnsetup vxlan wccp webvpn
    xlate zone zonelabs-integrity
"""
_TOP_LEVEL = frozenset(_TOP_LEVEL_WORDS.split())
# Beginnings of both kinds: under these blocks they belong to the block when indentation is lost.
_INSIDE: dict[str, tuple[str, ...]] = {
    "tunnel-group": ("isakmp keepalive", "isakmp ikev1-user-authentication", "dhcp-", "password-management"),
    "group-policy": ("banner ", "ip-", "webvpn", "nac-settings", "client-firewall", "group-lock", "ipv6-", "smartcard"),
    "interface": ("ip address", "ipv6 ", "nameif", "mac-address", "ospf ", "eigrp ", "rip ", "dhcp ", "no "),
    "crypto": ("set ",),
    "object": ("nat ", "service ", "no "),
    "object-group": ("group-object", "port-object", "service-object"),
}
_NOISE = re.compile(
    r"^\s*(?:$|:|!|Cryptochecksum|\^|(?:ASA|PIX|NGFW) Version "
    # what `show access-list` prints around the lines of the configuration
    r"|access-list (?:\S+; \d+ elements|cached ACL log flows)|alert-interval \d+$)"
)
_ENDS = re.compile(r"^\s*: end\s*$")
_OURS = frozenset({"access-list", "crypto", "group-policy", "ip", "isakmp", "name", "tunnel-group"})
_OPENS = re.compile(
    r"crypto (?:isakmp|ikev[12]) policy \d+$|crypto ipsec (?:ikev2 ipsec-proposal|profile) \S+$"
    r"|tunnel-group \S+ \S+-attributes$|group-policy \S+ attributes$|interface \S+$"
)
_CERTIFICATE = re.compile(r"(?:[0-9a-f]{8} )*[0-9a-f]{2,8}$|quit$")


class Command:
    """A top-level line, its number (counted from 1), and the lines under it with theirs."""

    def __init__(self, number: int, text: str) -> None:
        self.number = number
        self.text = text
        self.words = text.split()
        self.under: list[tuple[int, str]] = []
        self.opens = bool(_OPENS.match(text))
        self.indented = False

    @property
    def numbers(self) -> list[int]:
        """The line and all lines under it."""
        return [self.number, *(number for number, _ in self.under)]

    def may_hold(self, text: str, *, lost: bool) -> bool:
        """Whether a line at the margin, which begins no command, can be this one's: certificates stand there, and
        everything does once the indentation is lost. Our own one-line commands hold nothing."""
        if self.words[:2] == ["crypto", "ca"] and _CERTIFICATE.match(text):
            return True
        return lost and text[0].islower() and (self.opens or self.words[0] not in _OURS)


class Tree:
    """The commands of a text, the numbers of the lines that are none, and whether it says `: end`."""

    def __init__(self, lines: Sequence[str]) -> None:
        self.commands: list[Command] = []
        self.unread: list[int] = []
        self.ended = any(_ENDS.match(line) for line in lines[-5:])
        indented = any(line.startswith(" ") and line.strip() for line in lines)
        for number, line in enumerate(lines, start=1):
            if not _NOISE.match(line):
                self._take(number, line, indented=indented)

    def _take(self, number: int, line: str, *, indented: bool) -> None:
        text = line.strip()
        block = self.commands[-1] if self.commands else None
        lost = block is not None and (not indented or (block.opens and not block.indented))
        if line[0] == " " and block is not None:
            block.under.append((number, text))
            block.indented = True
        elif self._begins(text, block if lost else None):
            self.commands.append(Command(number, text))
        elif block is not None and block.may_hold(text, lost=lost):
            block.under.append((number, text))
        else:
            self.unread.append(number)

    @staticmethod
    def _begins(text: str, block: "Command | None") -> bool:
        """Whether this is a top-level command, where a block that lost its indentation may claim it."""
        words = text.split()
        first = words[1] if words[0] == "no" and len(words) > 1 else words[0]
        if first not in _TOP_LEVEL:
            return False
        return block is None or not text.startswith(_INSIDE.get(block.words[0], ()))

    def starting(self, *prefixes: str) -> Iterator[Command]:
        """The commands that begin with one of these words."""
        wanted = tuple(tuple(prefix.split()) for prefix in prefixes)
        for command in self.commands:
            if any(tuple(command.words[: len(words)]) == words for words in wanted):
                yield command
