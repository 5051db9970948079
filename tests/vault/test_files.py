"""In whose hands a file is, as the log of the thing says now."""

import uuid
from uuid import UUID

import pytest
from eventsourcing.utils import TopicError

from services.cases.accused import commands as accused
from services.cases.proceedings.commands import institute_case, regroup_cases
from services.cases.proceedings.domain import Case
from services.cases.tips.commands import classify_tip, receive_tip
from services.cases.tips.domain import Tip
from services.cases.tips.events import TransferTip
from services.vault.files import File, file_of
from services.vault.grants import Grants
from shared.log import Append, NewEvent
from tests.cases.accused.examples import accuse, case, hold
from tests.cases.examples import (
    COMMUNE_POLICE,
    HOTLINE,
    INVESTIGATORS,
    PROCURACY,
    REGIONAL_COURT,
    at,
)
from tests.cases.proceedings.examples import conclude, indict, institute, send
from tests.cases.proceedings.test_regrouping import join
from tests.cases.tips.examples import CRIME, HANDLER, tip
from tests.cases.world import World, id_of

FILES = Grants.read().files
TO_POLICE = TransferTip(kind="commune_forward", to=INVESTIGATORS)


@pytest.fixture
def office() -> World:
    return World()


async def file(office: World, id: UUID) -> tuple[str, str]:
    """Whose file counts for a thing, and who has it."""
    found = await file_of(office.log, id, FILES)
    assert found is not None
    assert found.subject.startswith(f"{found.kind}:")
    return found.subject, found.holder


async def passes(office: World, id: UUID, step: str, by: str, moment: str) -> None:
    said = TO_POLICE.model_copy(update={"step": step, "reason": "Không thuộc thẩm quyền"})
    await office.decides(Tip, Tip.transfer_tip, said, id, by, at(moment))


async def sent(office: World, id: UUID, to: str, ends: tuple[str, str], day: str) -> None:
    """A case file is offered in the morning and received at noon."""
    sender, receiver = ends
    for step, by, hour in (("offered", sender, "08"), ("received", receiver, "12")):
        said = send(to, receiver, step=step)
        moment = at(f"{day}T{hour}:00")
        await office.decides(Case, Case.transmit_case_file, said, id, by, moment)


async def test_a_tip_that_is_only_offered_is_still_with_who_offers_it(office: World):
    id = id_of(await office.does(receive_tip, tip(), COMMUNE_POLICE))

    seen = [await file(office, id)]
    await passes(office, id, "offered", COMMUNE_POLICE, "2025-08-04T09:00")
    seen.append(await file(office, id))
    await passes(office, id, "refused", INVESTIGATORS, "2025-08-04T10:00")
    seen.append(await file(office, id))
    await passes(office, id, "offered", COMMUNE_POLICE, "2025-08-04T11:00")
    await passes(office, id, "received", INVESTIGATORS, "2025-08-04T12:00")
    seen.append(await file(office, id))

    assert seen == [(f"tip:{id}", COMMUNE_POLICE)] * 3 + [(f"tip:{id}", INVESTIGATORS)]


async def verified(office: World) -> UUID:
    id = id_of(await office.does(receive_tip, tip()))
    await office.does(classify_tip, CRIME, id=id)
    await office.decides(Tip, Tip.assign_tip_handler, HANDLER, id)
    return id


async def test_what_has_become_a_case_is_with_who_has_the_case(office: World):
    id = await verified(office)
    said = institute(from_tips=(id,))
    of = id_of(await office.does(institute_case, said, moment=at("2025-08-20")))
    person = id_of(
        await office.does(
            accused.institute_accused,
            accuse(case(), case_id=of),
            moment=at("2025-08-21"),
        )
    )
    both, subject = (id, person), f"case:{of}"
    assert [await file(office, each) for each in both] == [(subject, INVESTIGATORS)] * 2

    ending, day = conclude(accused=(person,)), at("2025-11-03")
    await office.decides(Case, Case.conclude_investigation, ending, of, moment=day)
    await sent(office, of, "VKS", (INVESTIGATORS, PROCURACY), "2025-11-04")
    assert [await file(office, each) for each in both] == [(subject, PROCURACY)] * 2

    charge = indict().accused[0].model_copy(update={"ref": person})
    said_then = indict(accused=(charge,))
    await office.decides(Case, Case.issue_indictment, said_then, of, PROCURACY, at("2025-11-20"))
    await sent(office, of, "COURT", (PROCURACY, REGIONAL_COURT), "2025-11-21")
    assert [await file(office, each) for each in both] == [(subject, REGIONAL_COURT)] * 2


async def test_a_person_without_a_case_is_with_who_has_the_person(office: World):
    id = id_of(await office.does(accused.apprehend_suspect, hold(), COMMUNE_POLICE))

    assert await file(office, id) == (f"person:{id}", COMMUNE_POLICE)


async def test_a_case_that_was_joined_is_with_who_has_what_took_it_in(office: World):
    id, day = await verified(office), at("2025-08-20")
    one = id_of(await office.does(institute_case, institute(from_tips=(id,)), moment=day))
    other = id_of(await office.does(institute_case, institute(case_no="42/QĐ"), moment=day))

    await office.does(regroup_cases, join(one), moment=at("2025-08-25"), id=other)

    assert await file(office, id) == (f"case:{other}", INVESTIGATORS)


async def test_a_duplicate_is_not_with_who_has_the_tip_that_was_first(office: World):
    first = id_of(await office.does(receive_tip, tip(), HOTLINE))
    id = id_of(await office.does(receive_tip, tip(receipt_no="16/2025")))
    said = CRIME.model_copy(update={"classification": "duplicate", "duplicate_of": first})

    await office.does(classify_tip, said, id=id)

    assert await file(office, id) == (f"tip:{id}", INVESTIGATORS)


async def test_a_thing_whose_kind_has_no_file_is_with_nobody(office: World):
    id = await verified(office)

    assert await file_of(office.log, id, {"case": ("case",)}) is None
    assert await file_of(office.log, uuid.uuid4(), FILES) is None


async def test_when_something_in_the_stream_is_not_understood_nobody_is_said_to_have_it(
    office: World,
):
    id = await verified(office)
    other = id_of(await office.does(receive_tip, tip(receipt_no="16/2025")))
    [*_, last] = await office.log.load(id)
    strange = NewEvent(
        uuid.uuid4(), id, last.version + 1, "cases.tip_lost.v9", b"{}", last.metadata.to_json()
    )
    await office.log.append(Append(uuid.uuid4(), (strange,)))

    with pytest.raises(TopicError):
        await file_of(office.log, id, FILES)
    assert await file_of(office.log, other, FILES) == File("tip", f"tip:{other}", INVESTIGATORS)
