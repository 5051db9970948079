"""Model cases: agreed by all three branches, and nobody who must be protected is exhibited."""

from typing import Any

import pytest

from shared.errors import Refused
from tests.cases.examples import (
    INVESTIGATORS,
    PROCURACY,
    REGIONAL_COURT,
    REGIONAL_PROCURACY,
    STRANGER,
    act,
)
from tests.cases.proceedings.examples import CHILD, designate, instituted


def refusal(decide: Any, said: Any, circumstances: Any) -> Refused:
    with pytest.raises(Refused) as refused:
        decide(said, circumstances)
    return refused.value


def test_a_model_case_is_agreed_by_all_three_branches():
    for missing in range(3):
        agreed = list(designate().agreed_by)
        del agreed[missing]

        refused = refusal(
            instituted().designate_model_case, designate(agreed_by=agreed), act(moment="2025-08-06")
        )

        assert refused.code == "not-agreed-by-all"


@pytest.mark.parametrize("stranger", [STRANGER, "VKSND_TINH-P34-22", "TAND_KV-P34-22"])
def test_bodies_of_another_province_agree_to_nothing_here(stranger: str):
    agreed = [
        each
        for each in (INVESTIGATORS, PROCURACY, REGIONAL_COURT)
        if each.partition("-")[0] != stranger.partition("-")[0]
    ]

    refused = refusal(
        instituted().designate_model_case,
        designate(agreed_by=[*agreed, stranger]),
        act(agreed[0], "2025-08-06"),
    )

    assert refused.code == "not-agreed-by-all"


def test_who_did_not_agree_does_not_record_a_model_case():
    refused = refusal(
        instituted().designate_model_case, designate(), act(REGIONAL_PROCURACY, "2025-08-06")
    )

    assert refused.code == "not-among-them"


def test_a_model_case_is_not_agreed_tomorrow():
    refused = refusal(
        instituted().designate_model_case,
        designate(agreed_on="2025-08-07"),
        act(moment="2025-08-06"),
    )

    assert refused.code == "agreed-later"


@pytest.mark.parametrize(
    ("case", "more", "refused"),
    [
        ({"victims_known": 2}, {}, True),
        ({"victims_known": 2}, {"victims_consent": True}, False),
        ({}, {}, False),
        ({"offences": (CHILD,)}, {"victims_consent": True}, True),
        ({"juvenile": True}, {"victims_consent": True}, True),
    ],
)
def test_nobody_protected_is_exhibited_by_a_model_case(case: Any, more: Any, refused: bool):
    model = instituted(**case)
    said = designate(publicity_plan="Đưa tin trên truyền hình tỉnh.", **more)

    if not refused:
        model.designate_model_case(said, act(moment="2025-08-06"))
        assert model.model_case
        return
    found = refusal(model.designate_model_case, said, act(moment="2025-08-06"))
    assert (found.code, found.pointer) == ("protected-from-publicity", "/publicity_plan")
    model.designate_model_case(designate(**more), act(moment="2025-08-06"))
    assert model.model_case
