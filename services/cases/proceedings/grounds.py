"""Why proceedings are suspended or discontinued: closed lists by stage, each with its article."""

from collections.abc import Mapping
from typing import Literal

SuspensionGround = Literal[
    "accused_unknown",
    "whereabouts_unknown",
    "illness",
    "expertise_pending",
    "legal_text_pending",
    "force_majeure",
]
"""The accused is not identified; nobody knows where they are; mental or dangerous illness found by
forensic expertise; expertise, valuation or mutual legal assistance without result yet; a legal text
that the court asked to have reviewed; disaster or epidemic (from 1/12/2021)."""
DiscontinuationGround = Literal[
    "request_withdrawn",
    "no_ground_to_institute",
    "voluntary_abandonment",
    "exempt",
    "exempt_under_18",
    "not_proven_in_time",
    "indictment_withdrawn",
    "appeal_withdrawn",
]
"""The injured party withdrew the request (BLTTHS 155(2)); a ground of 157; BLHS 16, 29 or 91(2);
the period ended without proof; the procuracy withdrew the whole indictment; every appeal and
protest was withdrawn."""

SUSPENSION_ARTICLES: Mapping[str, Mapping[str, str]] = {
    "investigation": {
        "accused_unknown": "BLTTHS Điều 229(1)(a)",
        "whereabouts_unknown": "BLTTHS Điều 229(1)(a)",
        "illness": "BLTTHS Điều 229(1)(b)",
        "expertise_pending": "BLTTHS Điều 229(1)(c)",
        "force_majeure": "BLTTHS Điều 229(1)(d)",
    },
    "prosecution": {
        "illness": "BLTTHS Điều 247(1)(a)",
        "whereabouts_unknown": "BLTTHS Điều 247(1)(b)",
        "expertise_pending": "BLTTHS Điều 247(1)(c)",
        "force_majeure": "BLTTHS Điều 247(1)(d)",
    },
    "trial": {
        "illness": "BLTTHS Điều 281(1)(a)",
        "expertise_pending": "BLTTHS Điều 281(1)(a)",
        "whereabouts_unknown": "BLTTHS Điều 281(1)(b)",
        "legal_text_pending": "BLTTHS Điều 281(1)(c)",
    },
    "appeal": {
        "illness": "BLTTHS Điều 281(1)(a), 347",
        "expertise_pending": "BLTTHS Điều 281(1)(a), 347",
        "whereabouts_unknown": "BLTTHS Điều 281(1)(b), 347",
        "legal_text_pending": "BLTTHS Điều 281(1)(c), 347",
    },
}
"""229(1) and 281(1): seen in quotations of the law; 247(1)(a)–(c) and the way from appeal: memory.
Luật 02/2021/QH15 added disaster and epidemic to 229 and 247 only (seen in press)."""
BEFORE_TRIAL = {
    "request_withdrawn": "155(2)",
    "no_ground_to_institute": "157",
    "voluntary_abandonment": "BLHS 16",
    "exempt": "BLHS 29",
    "exempt_under_18": "BLHS 91(2)",
}
DISCONTINUATION_ARTICLES: Mapping[str, Mapping[str, str]] = {
    "investigation": {
        **{code: f"BLTTHS Điều 230(1)(a), {why}" for code, why in BEFORE_TRIAL.items()},
        "not_proven_in_time": "BLTTHS Điều 230(1)(b)",
    },
    "prosecution": {code: f"BLTTHS Điều 248(1), {why}" for code, why in BEFORE_TRIAL.items()},
    "trial": {
        "request_withdrawn": "BLTTHS Điều 282(1)(a), 155(2)",
        "no_ground_to_institute": "BLTTHS Điều 282(1)(a), 157",
        "indictment_withdrawn": "BLTTHS Điều 282(1)(b)",
    },
    "appeal": {"appeal_withdrawn": "BLTTHS Điều 348(1)"},
}
"""From memory of the articles that the catalogue names; no text was seen."""
