"""What kind of body has a tip, and whether it verifies tips itself: a table. Pure.

The distinction is the one that the periods for passing tips on make (TTLT 01/2017 Điều 8, as
amended in 2021). Verified by themselves: the investigating bodies, the Border Guard and the Coast
Guard (BLTTHS Điều 145(2)(a), 164); everybody else passes them on.
"""

from fnmatch import fnmatchcase
from typing import NamedTuple

from services.cases.tips.events import Receiver, TransferKind


class Body(NamedTuple):
    """A row: agency types (shell patterns), what they are for a tip, whether they verify it."""

    types: tuple[str, ...]
    receiver: Receiver
    verifies: bool


BODIES: tuple[Body, ...] = (
    Body(("VKSND*", "VPT_VKSNDTC"), "VKS", False),
    Body(("CA_XA", "DON_CA"), "CAX", False),
    Body(("TRAM_CA",), "TRAM_CA", False),
    Body(("CQCSDT_*", "CA_TINH", "CA_HUYEN", "C02", "BCA"), "CQDT", True),
    Body(("DON_BP", "BP_CUAKHAU", "BCH_BDBP_*", "BTL_BDBP"), "BDBP", True),
    Body(("CSB",), "CSB", True),
    Body(("UBND_*",), "UBND", False),
    Body(("HOTLINE_111",), "HOTLINE", False),
    Body(("*",), "OTHER", False),
)
"""The first row that fits counts. Procuracies verify only what they have taken over (145(2)(c)).
Commune police officers who are investigators since 1/7/2025 act for the provincial body."""

SENDERS: dict[TransferKind, tuple[tuple[Receiver, ...], str]] = {
    "competence": (
        ("VKS", "CQDT", "BDBP", "CSB", "UBND", "HOTLINE", "OTHER"),
        "TTLT 01/2017 Điều 8(1)–(4)",
    ),
    "commune_forward": (("CAX", "UBND"), "TTLT 01/2017 Điều 8(5)(a), (b)"),
    "station_forward": (("TRAM_CA", "CAX"), "TTLT 01/2017 Điều 8(5)(c)"),
    "border_to_police": (("BDBP", "CSB"), "BLTTHS Điều 164; TTLT 01/2017 Điều 8"),
    "hotline_forward": (("HOTLINE",), "NĐ 162/2025/NĐ-CP Điều 4–6"),
    "vks_takeover_requested": (("VKS",), "BLTTHS Điều 145(3)(c)"),
    "vks_takeover": (
        ("CQDT", "BDBP", "CSB"),
        "BLTTHS Điều 146(2), 145(3)(c)",
    ),
}
"""Who may pass a tip on in which way, and by which article."""


def body_of(agency: str) -> Body:
    """The row of an agency, from the type in its id."""
    code = agency.partition("-")[0]
    return next(row for row in BODIES if any(fnmatchcase(code, each) for each in row.types))
