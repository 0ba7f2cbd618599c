"""`show crypto ipsec sa` of a hub: ours against the ntc-templates template under stock textfsm.

Both make rows of the same text. Ours have more fields and keep every SA; the other's keep one pair, and drop what they
do not know.
"""

from pathlib import Path
from typing import TextIO

import ntc_templates
import textfsm

from benchmarks._contest import medians, peak_bytes
from nornir_ikediag import shows
from nornir_ikediag._paths import templates
from nornir_ikediag.capture import Source

TARGET_ROWS = 3.0
TARGET_MEMORY = 6.0
_OURS = "cisco_asa_crypto_ipsec_sa.textfsm"
_THEIRS = Path(ntc_templates.__file__).parent / "templates" / "cisco_asa_show_crypto_ipsec_sa.textfsm"


def text(tunnels: int) -> str:
    """The output of a hub with this many tunnels, as release 9.x prints it; no two tunnels share a value that differs
    in the field."""
    return "interface: outside\n" + "".join(map(_tunnel, range(tunnels)))


def _tunnel(number: int) -> str:
    peer = f"198.{18 + (number >> 16)}.{number >> 8 & 255}.{number & 255}"
    inner = f"10.{number >> 8 & 255}.{number & 255}.0"
    encaps, decaps = 1_391_531 + number * 17, 2_360_646 + number * 13
    spi_in, spi_out = 0x32F752FF + number * 7919, 0x50023DDC + number * 104_729
    return f"""    Crypto map tag: OUTSIDE_MAP, seq num: {number + 1}, local addr: 192.0.2.1

      access-list VPN-{number} extended permit ip 172.16.0.0 255.255.0.0 {inner} 255.255.255.0
      local ident (addr/mask/prot/port): (172.16.0.0/255.255.0.0/0/0)
      remote ident (addr/mask/prot/port): ({inner}/255.255.255.0/0/0)
      current_peer: {peer}


      #pkts encaps: {encaps}, #pkts encrypt: {encaps}, #pkts digest: {encaps}
      #pkts decaps: {decaps}, #pkts decrypt: {decaps}, #pkts verify: {decaps}
      #pkts compressed: 0, #pkts decompressed: 0
      #pkts not compressed: {encaps}, #pkts comp failed: 0, #pkts decomp failed: 0
      #pre-frag successes: 0, #pre-frag failures: 0, #fragments created: 0
      #PMTUs sent: 0, #PMTUs rcvd: 0, #decapsulated frgs needing reassembly: 0
      #TFC rcvd: 0, #TFC sent: 0
      #Valid ICMP Errors rcvd: 0, #Invalid ICMP Errors rcvd: 0
      #send errors: 0, #recv errors: 0

      local crypto endpt.: 192.0.2.1/500, remote crypto endpt.: {peer}/500
      path mtu 1500, ipsec overhead 74(44), media mtu 1500
      PMTU time remaining (sec): 0, DF policy: copy-df
      ICMP error validation: disabled, TFC packets: disabled
      current outbound spi: {spi_out:08X}
      current inbound spi : {spi_in:08X}

    inbound esp sas:
{_sa(spi_in, number)}    outbound esp sas:
{_sa(spi_out, number)}
"""


def _sa(spi: int, number: int) -> str:
    return f"""      spi: 0x{spi:08X} ({spi})
         SA State: active
         transform: esp-aes-256 esp-sha-hmac no compression{" "}
         in use settings ={{L2L, Tunnel, IKEv1, }}
         slot: 0, conn_id: {4096 * (number + 1)}, crypto-map: OUTSIDE_MAP
         sa timing: remaining key lifetime (kB/sec): ({4_373_999 - number}/{25_461 + number % 3000})
         IV size: 16 bytes
         replay detection support: Y
         Anti replay bitmap:{" "}
          0xFFFFFFFF 0xFFFFFFFF
"""


def _stock(template: TextIO, printed: str) -> list[list[str]]:
    with template:
        return list(textfsm.TextFSM(template).ParseText(printed))


def main() -> None:
    """Print the table."""
    print("show crypto ipsec sa\n")
    print(
        f"{'tunnels':>8} {'text':>8} {'ntc-templates':>14} {'ours, stock':>12} {'ours':>8} {'ratio':>7} "
        f"{'to model':>9} {'ratio':>7}"
    )
    for tunnels in (1_000, 10_000):
        _row(tunnels)
    print(
        f"\nTarget for rows: {TARGET_ROWS:.0f} times as fast. "
        f"Memory to the model, the text included (target: at most {TARGET_MEMORY:.0f} times the text):\n"
    )
    for tunnels in (1_000, 10_000):
        printed = text(tunnels)
        peak = peak_bytes(lambda printed=printed: shows.read(_source(printed)))  # type: ignore[misc]
        print(f"{tunnels:>8} {(peak + len(printed)) / len(printed):>8.1f} times")
    print()


def _source(printed: str) -> Source:
    return Source(name="show crypto ipsec sa", command="show crypto ipsec sa", text=printed)


def _row(tunnels: int) -> None:
    printed = text(tunnels)
    template = shows.template("crypto_ipsec_sa")
    taken = medians(
        {
            "theirs": lambda: _stock(_THEIRS.open(encoding="utf-8"), printed),
            "stock": lambda: _stock((templates() / _OURS).open(encoding="utf-8"), printed),
            "ours": lambda: template.run(printed.split("\n")),
            "model": lambda: shows.read(_source(printed)),
        }
    )
    print(
        f"{tunnels:>8} {len(printed) / 1e6:>5.1f} MB {taken['theirs']:>12.2f} s {taken['stock']:>10.2f} s "
        f"{taken['ours']:>6.2f} s {taken['theirs'] / taken['ours']:>6.1f}x {taken['model']:>7.2f} s "
        f"{taken['theirs'] / taken['model']:>6.1f}x"
    )


if __name__ == "__main__":
    main()
