"""Closed lists of the courts, each with its source; their dates stand with all dated codes."""

from collections.abc import Mapping
from typing import Literal

CourtLevel = Literal["first_instance", "appeal"]
"""Two levels of trial (BLTTHS Điều 27)."""
TrialFormat = Literal["mobile", "closed", "online", "juvenile_friendly"]
"""*xét xử lưu động*, *xét xử kín* (BLTTHS 25), *trực tuyến* (NQ 33/2021/QH15, from 1/1/2022),
*thân thiện* (BLTTHS 423)."""
TrialFormatReason = Literal[
    "education",
    "deterrence",
    "state_secret",
    "customs",
    "under_18",
    "private_life",
    "victim_request",
    "distance",
    "safety",
    "force_majeure",
]
FORMAT_REASONS: Mapping[TrialFormat, frozenset[TrialFormatReason]] = {
    "mobile": frozenset({"education", "deterrence"}),
    "closed": frozenset({"state_secret", "customs", "under_18", "private_life", "victim_request"}),
    "online": frozenset({"distance", "safety", "force_majeure", "under_18", "victim_request"}),
    "juvenile_friendly": frozenset({"under_18"}),
}
"""Which reasons carry which format. Closed: BLTTHS 25 (state secret, customs, persons under 18,
private life) and the victim's request (PCMBN 2024, from 1/7/2025). The others: inferred."""
PostponementGround = Literal[
    "prosecutor_replaced",
    "judge_replaced",
    "panel_or_clerk_absent",
    "prosecutor_absent",
    "accused_absent",
    "counsel_absent",
    "victim_or_party_absent",
    "witness_absent",
    "expert_absent",
    "interpreter_absent",
    "evidence_needed",
    "expertise_needed",
    "valuation_needed",
]
"""BLTTHS 297(1): (a) by Điều 52, 53, 288, 289, 290, 291, 292, 293, 294 and 295 in their order, then
(b), (c), (d). 352 takes them over for the appeal."""
PenaltyKind = Literal[
    "warning",
    "fine",
    "non_custodial_reform",
    "expulsion",
    "imprisonment",
    "life_imprisonment",
    "death",
    "office_ban",
    "residence_ban",
    "probation",
    "civil_rights_loss",
    "confiscation",
]
"""Principal and supplementary penalties (BLHS Điều 32); `probation` is *quản chế*."""
AppealOutcome = Literal[
    "upheld",
    "amended",
    "quashed_reinvestigate",
    "quashed_retry",
    "quashed_discontinue",
    "appeal_discontinued",
]
"""BLTTHS 355(1)(a) to (đ); the last also 348."""
KEPT: frozenset[AppealOutcome] = frozenset({"upheld", "amended", "appeal_discontinued"})
"""Outcomes with which a judgment is in force."""
EffectReason = Literal["no_appeal", "appellate", "withdrawal", "review"]
"""BLTTHS 343; 355(2); 348(1); after cassation or reopening that leaves it standing (388)."""
