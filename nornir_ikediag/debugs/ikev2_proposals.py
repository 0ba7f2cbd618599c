"""Proposals and policies in the words of IKEv2 debugs, as attributes that can be compared one by one.

A line lists, in this order: encryption, PRF, integrity, Diffie-Hellman groups (RFC 7296 section 3.3.2), several of
each when the policy allows several. An ESP proposal has no PRF. PRFs and integrity algorithms share names (`SHA256`),
so the list of hashes is split where its second half begins; `SHA96` and `MD596` are integrity alone, `SHA1` and `MD5`
PRFs alone.
"""

import re
from functools import lru_cache

_DH = re.compile(r"DH_GROUP_\w+(?:/Group\s?(\d+))?|\bGroup\s?(\d+)", re.IGNORECASE)
_ENCRYPTION = re.compile(r"(?:AES|3DES|DES|NULL|CHACHA|CAMELLIA|SEED|BLOWFISH|IDEA|CAST|RC5)", re.IGNORECASE)
_HASH = re.compile(r"(?:SHA|MD5|HMAC|XCBC|CMAC|GMAC|AES[-_](?:XCBC|CMAC))", re.IGNORECASE)
_ESN = re.compile(r"(?:Don't use ESN|No ESN|Use ESN|\bESN\b)", re.IGNORECASE)
_INTEGRITY_ONLY = re.compile(r"(?:SHA|MD5|SHA1|SHA2\w*)[-_]?(?:96|128|192|256_128)$|SHA96|MD596", re.IGNORECASE)
_PRF_ONLY = frozenset({"SHA1", "MD5"})
_NOTHING = frozenset({"N/A", "NONE", "-"})
# Where the line gives the group's name and no number (RFC 3526, 5114, 5903).
_GROUP_NAMES = {
    "768_MODP": "1", "1024_MODP": "2", "1536_MODP": "5", "2048_MODP": "14", "3072_MODP": "15", "4096_MODP": "16",
    "256_ECP": "19", "384_ECP": "20", "521_ECP": "21", "2048_256_MODP": "24", "2048_MODP_256_PRIME": "24",
}  # fmt: skip


def attributes(text: str, protocol: str) -> dict[str, str]:
    """The attributes of one proposal: ``encryption``, ``prf``, ``integrity``, ``dh_group``, ``esn``, each with its
    values separated by blanks, absent where the proposal has none; ``unknown`` keeps the words that nothing here
    knows."""
    return dict(_attributes(text, protocol))


@lru_cache(maxsize=1024)
def _attributes(text: str, protocol: str) -> dict[str, str]:
    groups = [found[1] or found[2] or _named_group(found[0]) for found in _DH.finditer(text)]
    esn = _ESN.search(text)
    encryption, hashes, unknown = [], [], []
    for word in _ESN.sub(" ", _DH.sub(" ", text)).replace(",", " ").split():
        if word.upper() in _NOTHING:
            continue
        if _HASH.match(word):
            hashes.append(word)
        elif _ENCRYPTION.match(word):
            encryption.append(word)
        else:
            unknown.append(word)
    prf, integrity = ([], hashes) if protocol != "IKE" else _split(hashes, aead=_is_aead(encryption))
    values = {"encryption": encryption, "prf": prf, "integrity": integrity, "dh_group": groups, "unknown": unknown}
    if esn:
        values["esn"] = ["no" if esn[0].lower().startswith(("don", "no")) else "yes"]
    return {name: " ".join(dict.fromkeys(words)) for name, words in values.items() if words}


@lru_cache(maxsize=1024)
def is_proposal(text: str) -> bool:
    """Whether the text is a list of algorithms and nothing else (the wrapped rest of a policy line)."""
    found = attributes(text, "ESP")
    return bool(found) and "unknown" not in found


def _split(hashes: list[str], *, aead: bool) -> tuple[list[str], list[str]]:
    """PRFs and integrity algorithms of an IKE proposal."""
    if aead:
        return hashes, []
    if len(hashes) == 1:
        return ([], hashes) if _INTEGRITY_ONLY.match(hashes[0]) else (hashes, [])
    possible = [at for at in range(1, len(hashes)) if _is_split(hashes[:at], hashes[at:])]
    half = len(hashes) // 2
    at = min(possible, key=lambda place: abs(place - half), default=half)
    return hashes[:at], hashes[at:]


def _is_split(prf: list[str], integrity: list[str]) -> bool:
    return (
        len(set(prf)) == len(prf)
        and len(set(integrity)) == len(integrity)
        and not any(map(_INTEGRITY_ONLY.match, prf))
        and not any(word.upper() in _PRF_ONLY for word in integrity)
    )


def _is_aead(encryption: list[str]) -> bool:
    return bool(encryption) and all(re.search(r"GCM|CCM|CHACHA|GMAC", word, re.IGNORECASE) for word in encryption)


def _named_group(text: str) -> str:
    return _GROUP_NAMES.get(text.upper().removeprefix("DH_GROUP_"), text)
