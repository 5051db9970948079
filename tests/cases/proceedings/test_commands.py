"""Instituting a case upon tips, and the doors through which it is asked for."""

from uuid import uuid4

import pytest

from services.cases.proceedings.commands import institute_case
from services.cases.proceedings.domain import Case
from services.cases.tips.commands import classify_tip, receive_tip
from services.cases.tips.domain import Tip
from services.cases.tips.events import AssignTipHandler, ClassifyTip, ReceiveTip
from shared.errors import Conflict, NotAllowed, NotFound, Refused
from shared.sealed import Sealed
from tests.cases.examples import INVESTIGATORS, PROCURACY, REGIONAL_PROCURACY, STRANGER
from tests.cases.proceedings.examples import institute
from tests.cases.proceedings.office import DOORS, Office
from tests.cases.world import id_of

DAY = "2025-08-20"


async def verified_tip(office: Office, number: str = "7/2025"):
    """A tip that an officer verifies."""
    said = ReceiveTip(
        kind="tin_bao", channel="phone", receipt_no=number, content=Sealed.of("Có người bị đưa đi")
    )
    tip = id_of(await office.does(receive_tip, said))
    await office.does(classify_tip, ClassifyTip(classification="crime"), id=tip)
    await office.decides(
        Tip, Tip.assign_tip_handler, AssignTipHandler(handler="dtv-1", decision_no="3/QĐ"), tip
    )
    return tip


async def test_the_tips_of_a_case_end_with_its_institution():
    office = Office()
    tips = (await verified_tip(office, "7/2025"), await verified_tip(office, "8/2025"))

    receipt = await office.does(institute_case, institute(from_tips=tips), moment=DAY)

    case = await office.find(Case, receipt.extra["case_id"])
    assert case.from_tips == tips
    assert (await office.topics())[-3:] == [
        "case_prosecution_instituted",
        "tip_led_to_case",
        "tip_led_to_case",
    ]
    stages = {(await office.find(Tip, each)).stage for each in tips}
    assert len(stages) == 1 and stages.isdisjoint({"verifying", "VERIFYING"})


async def test_a_tip_that_is_not_there_keeps_the_case_from_being_instituted():
    office = Office()
    known = await verified_tip(office)
    before = await office.topics()

    with pytest.raises(NotFound):
        await office.does(institute_case, institute(from_tips=(known, uuid4())), moment=DAY)

    assert await office.topics() == before


async def test_a_tip_leads_to_one_case_only():
    office = Office()
    tip = await verified_tip(office)
    await office.does(institute_case, institute(from_tips=(tip,)), moment=DAY)
    before = await office.topics()

    with pytest.raises(Refused):
        await office.does(institute_case, institute(case_no="9/QĐ", from_tips=(tip,)), moment=DAY)

    assert await office.topics() == before


async def test_one_number_of_a_body_and_a_year_is_one_case():
    office = Office()
    first = id_of(await office.does(institute_case, institute()))

    with pytest.raises(Conflict) as refused:
        await office.does(institute_case, institute(victims_known=3))
    next_year = await office.does(institute_case, institute(), moment="2026-01-05")

    assert refused.value.extra["case"] == f"case:{first}"
    assert id_of(next_year) != first


@pytest.mark.parametrize("agency", [INVESTIGATORS, PROCURACY, REGIONAL_PROCURACY])
async def test_competent_bodies_institute(agency: str):
    office = Office()

    receipt = await office.does(institute_case, institute(), by=agency)

    assert (await office.find(Case, id_of(receipt))).holder == agency


@pytest.mark.parametrize(
    ("agency", "moment", "place"),
    [
        ("BP_CUAKHAU-P34-40-16681", "2025-08-05", "P34-40-16681"),
        ("UBND_XA-P34-40-16681", "2025-08-05", "P34-40-16681"),
        (STRANGER, "2025-08-05", "P34-40-16681"),
        ("CA_XA-P63-01-276-09955", "2025-06-30", "P63-01-276-09955"),
    ],
)
async def test_others_do_not(agency: str, moment: str, place: str):
    office = Office()

    with pytest.raises(Refused):
        await office.does(institute_case, institute(place=place), by=agency, moment=moment)

    assert await office.topics() == []


async def test_a_province_of_regional_bodies_is_one_signature_and_a_country_is_none():
    office = Office()

    with pytest.raises(NotAllowed, match="collective-cannot-act"):
        await office.does(institute_case, institute(), by="VKSND_KV-VN")


def test_every_decision_has_a_door():
    opened = {route.name for route in DOORS if route.path.startswith("/v1/cases")}
    decisions = {
        name
        for name in vars(Case)
        if not name.startswith("_")
        and callable(getattr(Case, name))
        and name not in ("evolve", "state")
    }

    assert decisions - {"join_cases", "split_case"} <= opened | {"create"}
