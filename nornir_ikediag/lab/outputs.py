"""The show commands of a simulated firewall's tunnels, in the dialect of its release."""

from collections.abc import Sequence

from nornir_ikediag.lab.device import Context
from nornir_ikediag.lab.terminal import Terminal
from nornir_ikediag.lab.tunnel import ChildSa, IkeSa, network

PACKET_BYTES = 220  # what one packet of simulated traffic weighs
REKEYED_SECONDS = 30  # how long the old pair stays beside the new one
_IKEV2_NAMES = {"aes": ("AES-CBC", 128), "aes-192": ("AES-CBC", 192), "aes-256": ("AES-CBC", 256), "3des": ("3DES", 0)}


def isakmp_sa(session: Terminal, words: list[str]) -> Sequence[str]:
    """`show crypto isakmp sa [detail]`: from 8.4 on in two parts."""
    if not session.device.speaks_ikev2:
        lines = _ikev1_block(session.context, detail=_wants_detail(session))
        return lines or ["", "There are no isakmp sas"]
    return [*ikev1_sa(session, words), "", *ikev2_sa(session, words)]


def ikev1_sa(session: Terminal, _words: list[str]) -> Sequence[str]:
    """`show crypto ikev1 sa [detail]`."""
    lines = _ikev1_block(session.context, detail=_wants_detail(session))
    return ["", "IKEv1 SAs:", *lines] if lines else ["", "There are no IKEv1 SAs"]


def _wants_detail(session: Terminal) -> bool:
    return session.device.commands[-1].split("|")[0].split()[-1].startswith("d")


def _ikev1_block(context: Context, *, detail: bool) -> list[str]:
    sas = [sa for sa in context.ike_sas if sa.tunnel.ike_version == 1]
    if not sas:
        return []
    rekeys = sum(sa.rekey for sa in sas)
    lines = ["", f"   Active SA: {len(sas) - rekeys}"]
    lines += [f"    Rekey SA: {rekeys} (A tunnel will report 1 Active and 1 Rekey SA during rekey)"]
    lines += [f"Total IKE SA: {len(sas)}", ""]
    for number, sa in enumerate(sas, 1):
        kind = "user" if sa.tunnel.user or not sa.typed else "L2L"
        lines += [f"{number:<3} IKE Peer: {sa.tunnel.peer}"]
        lines += [f"    Type    : {kind:<15} Role    : {sa.role} "]
        lines += [f"    Rekey   : {'yes' if sa.rekey else 'no':<15} State   : {_state(context, sa)} "]
        if detail:
            ike = sa.tunnel.ike
            lines += [f"    Encrypt : {ike.encryption:<15} Hash    : {ike.hash.upper():<10}"]
            auth = "preshared" if ike.authentication == "pre-share" else "rsa"
            lines += [f"    Auth    : {auth:<15} Lifetime: {ike.lifetime_seconds}"]
            if sa.state.endswith("_ACTIVE"):
                lines += [f"    Lifetime Remaining: {ike.lifetime_seconds - _age(context, sa)}"]
    return lines


def _state(context: Context, sa: IkeSa) -> str:
    if context.device.role == "standby":
        return f"{sa.state[:2]}_STANDBY"
    return sa.state


def _age(context: Context, sa: IkeSa | ChildSa) -> int:
    lifetime = sa.tunnel.ike.lifetime_seconds if isinstance(sa, IkeSa) else sa.tunnel.ipsec.lifetime_seconds
    return int(context.now() - sa.began) % lifetime


def ikev2_sa(session: Terminal, _words: list[str]) -> Sequence[str]:
    """`show crypto ikev2 sa [detail]`."""
    context, detail = session.context, _wants_detail(session)
    lines: list[str] = []
    for number, sa in enumerate((sa for sa in context.ike_sas if sa.tunnel.ike_version == 2), 1):
        children = [c for c in context.child_sas if c.tunnel is sa.tunnel]
        status = "UP-ACTIVE" if children else "UP-IDLE"
        lines += ["", f"Session-id:{number}, Status:{status}, IKE count:1, CHILD count:{len(children)}", ""]
        lines += [f"{'Tunnel-id Local':<48}{'Remote':<48}{'Status':>9}{'Role':>13}"]
        ends = f"{context.address + '/500':<38}{sa.tunnel.peer + '/500':<38}"
        lines += [f"{sa.tunnel_id:>9} {ends}{sa.state:>19}{sa.role.upper():>13}"]
        ike = sa.tunnel.ike
        name, bits = _IKEV2_NAMES[ike.encryption]
        size = f", keysize: {bits}" if bits else ""
        lines += [
            f"      Encr: {name}{size}, Hash: {_sha(ike.hash)}, DH Grp:{ike.dh_group}, Auth sign: PSK, Auth verify: PSK"
        ]
        lines += [f"      Life/Active Time: {ike.lifetime_seconds}/{_age(context, sa)} sec"]
        if detail:
            lines += _ikev2_detail(context, sa, number)
        for child in children:
            lines += _ikev2_child(child, detail=detail)
    return ["", "IKEv2 SAs:", *lines] if lines else ["", "There are no IKEv2 SAs"]


def _sha(words: str) -> str:
    return {"sha": "SHA96", "md5": "MD596"}.get(words, words.upper())


def _ikev2_detail(context: Context, sa: IkeSa, number: int) -> list[str]:
    spis = (sa.spi_initiator, sa.spi_responder)
    ours, theirs = spis if sa.role == "initiator" else spis[::-1]
    return [
        f"      Session-id: {number}",
        "      Status Description: Negotiation done",
        f"      Local spi: {ours:016X}       Remote spi: {theirs:016X}",
        f"      Local id: {context.address}",
        f"      Remote id: {sa.tunnel.peer}",
        "      Local req mess id: 2              Remote req mess id: 4",
        "      Local next mess id: 2             Remote next mess id: 4",
        "      Local req queued: 2               Remote req queued: 4",
        "      Local window: 1                   Remote window: 1",
        "      DPD configured for 10 seconds, retry 2",
        "      NAT-T is not detected  ",
    ]


def _ikev2_child(child: ChildSa, *, detail: bool) -> list[str]:
    (local, local_mask), (remote, remote_mask) = network(child.tunnel.local), network(child.tunnel.remote)
    lines = [
        f"Child sa: local selector  {local}/0 - {_last(local, local_mask)}/65535",
        f"          remote selector {remote}/0 - {_last(remote, remote_mask)}/65535",
        f"          ESP spi in/out: 0x{child.spi_in:x}/0x{child.spi_out:x}  ",
    ]
    if detail:
        lines += ["          AH spi in/out: 0x0/0x0  ", "          CPI in/out: 0x0/0x0  "]
        lines += [
            "          Encr: AES-CBC, keysize: 256, esp_hmac: SHA256",
            "          ah_hmac: None, comp: IPCOMP_NONE, mode tunnel",
        ]
    return lines


def _last(address: str, mask: str) -> str:
    octets = zip(address.split("."), mask.split("."), strict=True)
    return ".".join(str(int(a) | 255 - int(m)) for a, m in octets)


def ipsec_sa(session: Terminal, words: list[str]) -> Sequence[str]:
    """`show crypto ipsec sa [peer X]`."""
    context = session.context
    wanted = [sa for sa in context.child_sas if not words or sa.tunnel.peer == words[0]]
    if not wanted:
        return ["", "There are no ipsec sas"]
    if not words:
        lines = ["interface: outside"]
        for sa in wanted:
            lines += _child_block(context, sa)
        return lines
    lines = [f"peer address: {words[0]}"]
    for sa in wanted:
        lines += _child_block(context, sa)
    return lines


def _child_block(context: Context, sa: ChildSa) -> list[str]:
    tunnel, now = sa.tunnel, context.now()
    out, back = sa.counters(now)
    new = context.device.version >= (8, 4)
    (local, local_mask), (remote, remote_mask) = network(tunnel.local), network(tunnel.remote)
    user = f", username: {tunnel.user}" if tunnel.user else ""
    port = "/4500" if sa.behind_nat else "/0"
    lines = [f"    Crypto map tag: {tunnel.map_name}, seq num: {tunnel.sequence}, local addr: {context.address}", ""]
    if new and not tunnel.user:
        lines += [
            f"      access-list {tunnel.access_list} extended permit ip {local} {local_mask} {remote} {remote_mask} "
        ]
    lines += [f"      local ident (addr/mask/prot/port): ({local}/{local_mask}/0/0)"]
    lines += [f"      remote ident (addr/mask/prot/port): ({remote}/{remote_mask}/0/0)"]
    lines += [f"      current_peer: {tunnel.peer}{user}"]
    if tunnel.user:
        lines += [f"      dynamic allocated peer ip: {remote}"]
    lines += ["", f"      #pkts encaps: {out}, #pkts encrypt: {out}, #pkts digest: {out}"]
    lines += [f"      #pkts decaps: {back}, #pkts decrypt: {back}, #pkts verify: {back}"]
    lines += ["      #pkts compressed: 0, #pkts decompressed: 0"]
    lines += [f"      #pkts not compressed: {out}, #pkts comp failed: 0, #pkts decomp failed: 0"]
    lines += ["      #pre-frag successes: 0, #pre-frag failures: 0, #fragments created: 0"]
    lines += ["      #PMTUs sent: 0, #PMTUs rcvd: 0, #decapsulated frgs needing reassembly: 0"]
    if new:
        lines += ["      #TFC rcvd: 0, #TFC sent: 0", "      #Valid ICMP Errors rcvd: 0, #Invalid ICMP Errors rcvd: 0"]
    lines += ["      #send errors: 0, #recv errors: 0", ""]
    lines += [f"      local crypto endpt.: {context.address}{port}, remote crypto endpt.: {tunnel.peer}{port}"]
    lines += [f"      path mtu 1500, ipsec overhead {'74(44)' if new else 74}, media mtu 1500"]
    if new:
        lines += [
            "      PMTU time remaining (sec): 0, DF policy: copy-df",
            "      ICMP error validation: disabled, TFC packets: disabled",
        ]
    lines += [f"      current outbound spi: {sa.spi_out:08X}", f"      current inbound spi : {sa.spi_in:08X}", ""]
    pairs = [sa.older, sa] if sa.older is not None and _age(context, sa) < REKEYED_SECONDS else [sa]
    for way in ("inbound", "outbound"):
        lines += [f"    {way} esp sas:"]
        for pair in pairs:
            lines += _direction(context, pair, way, new=new, rekeyed=pair is not sa)
    return [*lines, ""]


def _direction(context: Context, sa: ChildSa, way: str, *, new: bool, rekeyed: bool) -> list[str]:
    tunnel = sa.tunnel
    out, back = sa.counters(context.now())
    spi, packets = (sa.spi_in, back) if way == "inbound" else (sa.spi_out, out)
    settings = ["RA" if tunnel.user else "L2L", "Tunnel"]
    settings += [" NAT-T-Encaps"] if sa.behind_nat else []
    settings += [f"PFS Group {tunnel.ipsec.pfs_group}"] if tunnel.ipsec.pfs_group else []
    settings += [f"IKEv{tunnel.ike_version}"] if new else []
    settings += ["Rekeyed"] if rekeyed else []
    seconds = tunnel.ipsec.lifetime_seconds - _age(context, sa)
    kilobytes = max(1, tunnel.ipsec.lifetime_kilobytes - packets * PACKET_BYTES // 1024)
    timing = f"(sec): {seconds}" if tunnel.user else f"(kB/sec): ({kilobytes}/{seconds})"
    lines = [f"      spi: 0x{spi:08X} ({spi})"]
    lines += ["         SA State: active"] if new else []
    lines += [f"         transform: {tunnel.ipsec.encryption} {tunnel.ipsec.integrity} no compression "]
    lines += [f"         in use settings ={{{', '.join(settings)}, }}"]
    lines += [f"         slot: 0, conn_id: {sa.conn_id}, crypto-map: {tunnel.map_name}"]
    lines += [f"         sa timing: remaining key lifetime {timing}"]
    lines += ["         IV size: 16 bytes", "         replay detection support: Y", "         Anti replay bitmap: "]
    return [*lines, f"          0x{0xFFFFFFFF if packets > 64 and way == 'inbound' else 0:08X} 0x00000001"]


def sessiondb(session: Terminal, _words: list[str]) -> Sequence[str]:
    """`show vpn-sessiondb detail l2l`."""
    context = session.context
    lines: list[str] = []
    for index, sa in enumerate((sa for sa in context.child_sas if not sa.tunnel.user), 101):
        out, back = (n * PACKET_BYTES for n in sa.counters(context.now()))
        tunnel = sa.tunnel
        age = int(context.now() - sa.began)
        began = context.clock.at(sa.began)
        cipher = f"{tunnel.ike.encryption.upper().replace('-', '')}"
        lines += ["", f"Connection   : {tunnel.group_name}", f"Index        : {index:<22} IP Addr      : {tunnel.peer}"]
        lines += [f"Protocol     : IKEv{tunnel.ike_version} IPsec", f"Encryption   : {cipher:<22} Hashing      : SHA1"]
        lines += [f"Bytes Tx     : {out:<22} Bytes Rx     : {back}"]
        lines += [f"Login Time   : {began:%H:%M:%S} UTC {began:%a %b} {began.day} {began.year}"]
        lines += [
            f"Duration     : {age // 3600}h:{age // 60 % 60:02d}m:{age % 60:02d}s",
            "",
            f"IKEv{tunnel.ike_version} Tunnels: 1",
            "IPsec Tunnels: 1",
        ]
    if not lines:
        return ["INFO: There are presently no active sessions of the type specified", ""]
    return ["", "Session Type: LAN-to-LAN Detailed", *lines]


def ikev1_stats(session: Terminal, _words: list[str]) -> Sequence[str]:
    """`show crypto isakmp|ikev1 stats`."""
    active = sum(sa.tunnel.ike_version == 1 for sa in session.context.ike_sas)
    return ["", f"Global {'IKEv1' if session.device.speaks_ikev2 else 'IKE'} Statistics", *_stats(session, active)]


def ikev2_stats(session: Terminal, _words: list[str]) -> Sequence[str]:
    """`show crypto ikev2 stats`."""
    active = sum(sa.tunnel.ike_version == 2 for sa in session.context.ike_sas)
    return ["", "Global IKEv2 Statistics", *_stats(session, active)]


def _stats(session: Terminal, active: int) -> list[str]:
    age = int(session.context.now())
    names = (
        "Initiator Fails",
        "Responder Fails",
        "System Capacity Fails",
        "Auth Fails",
        "Decrypt Fails",
        "Hash Valid Fails",
        "No Sa Fails",
    )
    return [
        f"  Active Tunnels: {active}",
        f"  In Octets: {90_000 + age * 10}",
        f"  Out Octets: {88_000 + age * 10}",
        *(f"  {n}: 0" for n in names),
    ]


def ipsec_stats(session: Terminal, _words: list[str]) -> Sequence[str]:
    """`show crypto ipsec stats`."""
    context = session.context
    totals = [sa.counters(context.now()) for sa in context.child_sas]
    return [
        "",
        "IPsec Global Statistics",
        "-----------------------",
        f"Active tunnels: {len(context.child_sas)}",
        "Inbound",
        f"    Packets: {sum(back for _, back in totals)}",
        "    Decryption failures: 0",
        "    Authentication failures: 0",
        "Outbound",
        f"    Packets: {sum(out for out, _ in totals)}",
        "    Encryption failures: 0",
    ]
