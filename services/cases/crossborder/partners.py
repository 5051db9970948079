"""With whom, by which treaty and through which channel: dated lists, each row with its mark. Pure.

`seen`: read in the source that is named. `memory`: not checked against a text. A list that turns
out to be wrong is mended here; nothing else knows countries or treaties.
"""

from collections.abc import Mapping
from datetime import date
from typing import Literal, NamedTuple

Country = Literal[
    "LA", "KH", "CN", "TH", "MM", "PH", "MY", "ID", "SG", "BN", "TL", "KR", "JP", "TW"
]
"""ISO 3166. Neighbours, ASEAN, and where people are most often taken beyond; memory."""
Channel = Literal["hotline", "border_liaison_office", "interpol", "aseanapol", "diplomatic", "mla"]
"""Hotline, border liaison office, Interpol, Aseanapol, diplomatic, the central authority for mutual
legal assistance; memory."""
RequestKind = Literal[
    "police_information",
    "identity_check",
    "joint_investigation",
    "wanted",
    "victim_verification",
    "mutual_legal_assistance",
    "extradition",
]
Mark = Literal["seen", "memory"]

NEIGHBOURS: frozenset[str] = frozenset({"LA", "KH", "CN"})
"""Countries with a land border, and so with border liaison offices."""
ASEAN: frozenset[str] = frozenset({"LA", "KH", "TH", "MM", "PH", "MY", "ID", "SG", "BN"})
"""Members beside Viet Nam; they are Aseanapol's too. Timor-Leste (10/2025) is left out; memory."""
CHANNEL_COUNTRIES: Mapping[str, frozenset[str]] = {
    "border_liaison_office": NEIGHBOURS,
    "aseanapol": ASEAN,
}
"""Channels that only lead to some countries."""


class Treaty(NamedTuple):
    """A treaty by which people are handed over without extradition."""

    countries: frozenset[str]
    name: str
    since: date
    mark: Mark
    """Of the day: how sure it is."""


TREATIES: tuple[Treaty, ...] = (
    Treaty(
        frozenset({"CN"}), "Hiệp định Việt Nam – Trung Quốc 15/9/2010", date(2011, 3, 14), "seen"
    ),
    Treaty(frozenset({"LA"}), "Hiệp định Việt Nam – Lào 2010", date(2010, 11, 3), "memory"),
    Treaty(frozenset({"TH"}), "Hiệp định Việt Nam – Thái Lan 2008", date(2008, 3, 24), "memory"),
    Treaty(
        frozenset({"KH"}),
        "Hiệp định Việt Nam – Campuchia 2005, sửa đổi 2012",
        date(2005, 10, 10),
        "memory",
    ),
    Treaty(ASEAN, "Công ước ASEAN về phòng, chống mua bán người", date(2017, 3, 8), "memory"),
)


class Request(NamedTuple):
    """Who may ask for a kind of information, through which channels."""

    types: tuple[str, ...]
    channels: frozenset[str]
    article: str


POLICE = ("BCA", "CA_TINH", "DON_BP", "BP_CUAKHAU", "BCH_BDBP_*", "BTL_BDBP")
BETWEEN_FORCES = frozenset(
    {"hotline", "border_liaison_office", "interpol", "aseanapol", "diplomatic"}
)
COOPERATION = "BLTTHS Điều 491–493; hiệp định song phương"
REQUESTS: Mapping[RequestKind, Request] = {
    "police_information": Request((*POLICE, "CQDD"), BETWEEN_FORCES, COOPERATION),
    "identity_check": Request((*POLICE, "CQDD"), BETWEEN_FORCES, COOPERATION),
    "joint_investigation": Request(POLICE, BETWEEN_FORCES, COOPERATION),
    "wanted": Request(
        POLICE, frozenset({"interpol", "aseanapol", "hotline", "diplomatic"}), COOPERATION
    ),
    "victim_verification": Request((*POLICE, "CQDD"), BETWEEN_FORCES, "PCMBN 2024 Điều 29–31"),
    "mutual_legal_assistance": Request(
        ("VKSNDTC",),
        frozenset({"mla", "diplomatic"}),
        "BLTTHS Điều 493: Viện kiểm sát nhân dân tối cao là cơ quan trung ương",
    ),
    "extradition": Request(
        ("BCA",),
        frozenset({"mla", "diplomatic"}),
        "BLTTHS Điều 493: Bộ Công an là cơ quan trung ương về dẫn độ",
    ),
}
"""Articles from memory; the law on mutual assistance was split in four in 2025 (seen by title)."""


def treaty_with(country: str, on: date) -> Treaty | None:
    """The first treaty with a country in force on that day."""
    return next((each for each in TREATIES if country in each.countries and each.since <= on), None)
