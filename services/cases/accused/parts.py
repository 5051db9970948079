"""What the facts about a person in proceedings are made of: closed lists and sealed identity."""

from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import Field

from shared.domain import Value
from shared.fields import Day, Line

Apprehension = Literal[
    "flagrante", "emergency", "emergency_arrest_order", "wanted", "detention_warrant", "surrender"
]
"""BLTTHS 111, 110(1), 110(4), 112, 113, 152."""
WARRANTED: Mapping[Apprehension, str] = {
    "emergency": "BLTTHS Điều 110(3)",
    "emergency_arrest_order": "BLTTHS Điều 110(4)",
    "detention_warrant": "BLTTHS Điều 113(2)",
}
"""What is done by a written order only, and by which article."""
COMMUNE_KINDS: frozenset[Apprehension] = frozenset({"flagrante", "wanted", "surrender"})
"""What commune police may do: what anybody may (BLTTHS 111, 112), and surrender (152)."""
FIRST_KINDS: frozenset[Apprehension] = frozenset({"flagrante", "emergency", "wanted", "surrender"})
"""With what a record may begin; the other two follow a hold or a prosecution."""
CustodyReason = Literal["flagrante", "emergency", "wanted", "surrender"]
"""Who may be taken into custody (BLTTHS 117(1))."""
CUSTODY_REASONS: Mapping[Apprehension, CustodyReason] = {
    "flagrante": "flagrante",
    "emergency": "emergency",
    "emergency_arrest_order": "emergency",
    "wanted": "wanted",
    "surrender": "surrender",
}
"""Apprehension → the only reason for custody that fits it; a detention warrant has none."""
AgeBand = Literal["under_14", "14_15", "16_17", "18_plus"]
"""Age as the law on liability divides it (BLHS 12)."""
DetentionStage = Literal["investigation", "prosecution", "trial", "appeal", "after_judgment"]
Measure = Literal[
    "none", "held", "custody", "detention", "bail", "surety", "residence_ban", "exit_ban"
]
"""What binds a person: none; held or arrested; tạm giữ; tạm giam; bảo lĩnh (121); đặt tiền để bảo
đảm (122); cấm đi khỏi nơi cư trú (123); tạm hoãn xuất cảnh (124)."""
OPEN_MEASURES: frozenset[str] = frozenset({"bail", "surety", "residence_ban", "exit_ban"})
"""Measures that leave a person at liberty."""
NewMeasure = Literal[
    "bail", "surety", "residence_ban", "exit_ban", "release", "approval", "sentence_started"
]
"""approval: the procuracy approves the arrest of who is held in emergency (110(6));
sentence_started: the convict is in the hands of who executes (364)."""
MeasureReason = Literal[
    "no_institution",
    "discontinued",
    "judgment",
    "unnecessary",
    "replaced",
    "term_expired",
    "no_grounds",
    "not_approved",
    "approved",
    "sentence_started",
]
"""BLTTHS 125(1)(a), (b)–(c), (d); 125(2) twice; 173(7), 118(3); 110(4), 114; 110(6), 118(2); and
the two for approval and for the start of a sentence."""
ORDERED_REASONS: Mapping[str, str] = {
    "approval": "approved",
    "sentence_started": "sentence_started",
}
"""New measures that have one reason only, which no other has."""
Becomes = Literal[
    "ACCUSED", "DEFENDANT", "CONVICTED", "ACQUITTED", "EXEMPT", "CONVICT", "SERVING", "DISCONTINUED"
]
JuvenileLaw = Literal["BLTTHS-2015", "LAW-59-2024"]
"""Which law on persons under 18 applies: chapter XXVIII of the BLTTHS, or Luật 59/2024/QH15."""
Country = Annotated[str, Field(pattern=r"^[A-Z]{2}$")]
"""ISO 3166; XX when stateless or not known."""
HOME: Country = "VN"


class Identity(Value):
    """Who it is; sealed in the event (BLTTHS 179(2): what the decision states)."""

    name: Line
    born: Day | None = None
    sex: Literal["male", "female", "other"] | None = None
    nationality: Line | None = None
    ethnicity: Line | None = None
    religion: Line | None = None
    id_no: Annotated[str, Field(max_length=32, pattern=r"^[0-9A-Za-z -]+$")] | None = None
    address: Line | None = None
    occupation: Line | None = None
