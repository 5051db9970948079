from uuid import UUID

import pytest

from services.cases.tips.commands import classify_tip, receive_tip
from services.cases.tips.domain import Tip
from services.cases.tips.events import ClassifyTip
from shared.errors import Conflict, NotAllowed, NotFound, Refused
from tests.cases.examples import COURT, INVESTIGATORS
from tests.cases.tips.examples import CRIME, tip
from tests.cases.world import World, id_of


async def test_a_tip_is_recorded_with_its_informant_and_content_sealed_for_themselves(
    office: World,
):
    receipt = await office.does(receive_tip, tip())

    it = await office.find(Tip, id_of(receipt))
    assert receipt.extra == {"tip_id": str(it.id)}
    assert it.content.subject == it.id
    assert it.informant.subject not in (None, it.id)
    assert {*office.keys.made} == {it.id, it.informant.subject}
    assert {*office.keys.made.values()} == {INVESTIGATORS}


async def test_the_same_number_in_the_same_book_is_not_another_tip(office: World):
    first = await office.does(receive_tip, tip())

    with pytest.raises(Conflict) as refused:
        await office.does(receive_tip, tip(kind="to_giac"))

    assert refused.value.code == "duplicate-number"
    assert refused.value.extra["tip"] == first.stream
    assert await office.topics() == ["tip_received"]


async def test_a_duplicate_is_linked_to_the_tip_that_was_first(office: World):
    first = id_of(await office.does(receive_tip, tip()))
    second = id_of(await office.does(receive_tip, tip(receipt_no="16/2025")))
    said = ClassifyTip(classification="duplicate", duplicate_of=first)

    await office.does(classify_tip, said, id=second)

    it = await office.find(Tip, second)
    assert (it.stage, it.duplicate_of) == ("linked", first)
    assert f"tip:{first}" in it.subjects


async def test_a_duplicate_of_itself_of_a_duplicate_or_of_nothing_is_refused(office: World):
    ids = [
        id_of(await office.does(receive_tip, tip(receipt_no=f"{number}/2025")))
        for number in (1, 2, 3)
    ]

    def duplicate(of: int) -> ClassifyTip:
        return ClassifyTip(classification="duplicate", duplicate_of=ids[of])

    await office.does(classify_tip, duplicate(0), id=ids[1])
    for of in (1, 2):
        with pytest.raises(Refused, match=r"^not-the-first: "):
            await office.does(classify_tip, duplicate(of), id=ids[2])
    with pytest.raises(NotFound):
        unknown = ClassifyTip(classification="duplicate", duplicate_of=UUID(int=404))
        await office.does(classify_tip, unknown, id=ids[2])

    assert await office.topics() == ["tip_received"] * 3 + ["tip_classified"]


async def test_who_the_table_does_not_name_records_nothing(office: World):
    with pytest.raises(NotAllowed, match=r"^not-competent: "):
        await office.does(receive_tip, tip(), by=COURT)
    id = id_of(await office.does(receive_tip, tip()))
    with pytest.raises(NotAllowed, match=r"^file-not-with-you: "):
        await office.does(classify_tip, CRIME, by=COURT, id=id)

    assert await office.topics() == ["tip_received"]
