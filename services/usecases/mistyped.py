"""Addresses that are likely mistyped: of a domain that is one slip away from one of the largest providers."""

from typing import Final

from rapidfuzz import process
from rapidfuzz.distance import OSA

_PROVIDERS: Final = (
    "gmail.com", "googlemail.com", "hotmail.com", "outlook.com", "yahoo.com", "icloud.com", "live.com", "msn.com",
    "aol.com", "proton.me", "protonmail.com", "ymail.com", "mail.com", "me.com", "email.com", "gmx.com", "qq.com",
    "163.com", "126.com", "mail.ru", "yandex.ru", "naver.com", "rediffmail.com", "comcast.net", "verizon.net",
    "yahoo.co.uk", "hotmail.co.uk", "btinternet.com", "yahoo.co.in", "yahoo.ca", "hotmail.ca",
    "gmx.de", "gmx.net", "gmx.at", "gmx.ch", "web.de", "t-online.de", "freenet.de", "hotmail.de", "outlook.de",
    "yahoo.de", "bluewin.ch", "hotmail.es", "outlook.es", "yahoo.es", "yahoo.com.mx", "yahoo.com.ar",
    "orange.fr", "wanadoo.fr", "laposte.net", "hotmail.fr", "outlook.fr", "yahoo.fr", "live.fr", "free.fr", "sfr.fr",
    "uol.com.br", "bol.com.br", "terra.com.br", "yahoo.com.br", "hotmail.com.br", "outlook.com.br", "sapo.pt",
    "libero.it", "virgilio.it", "hotmail.it", "outlook.it", "yahoo.it", "live.it", "tiscali.it",
    "ziggo.nl", "hotmail.nl", "kpnmail.nl", "live.nl", "onet.pl", "interia.pl", "gazeta.pl", "wp.pl", "o2.pl",
)  # fmt: skip
"""Those that are known count as meant; the longer ones are also what others may mean."""
_LEAST: Final = 8
"""Letters of a domain that may be meant: of shorter ones one letter makes another."""
_MEANT: Final = tuple(domain for domain in _PROVIDERS if len(domain) >= _LEAST)


def address_meant(address: str) -> str:
    """The address that may have been meant: ada@gmail.com for ada@gmial.com; empty where this one may well be right.

    One letter is another, left out, too many or changed places with the next one.
    """
    local, at, domain = address.strip().rpartition("@")
    domain = domain.lower()
    if not at or domain in _PROVIDERS:
        return ""
    found = process.extractOne(domain, _MEANT, scorer=OSA.distance, score_cutoff=1)
    return f"{local}@{found[0]}" if found else ""
