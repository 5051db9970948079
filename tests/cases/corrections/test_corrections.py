"""What may be put right of tips, cases, persons and raids, and what becomes of them."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime
from fnmatch import fnmatchcase
from typing import Any, get_args
from uuid import UUID

import pytest

from services.cases.accused import commands as persons
from services.cases.accused.domain import Person
from services.cases.corrections.events import (
    CorrectedFact,
    CorrectedField,
    RecordCorrected,
)
from services.cases.proceedings.commands import institute_case
from services.cases.proceedings.domain import Case
from services.cases.proceedings.events import TransmitCaseFile
from services.cases.raids.commands import conclude_raid, launch_raid
from services.cases.raids.domain import Raid
from services.cases.service import SERVICE
from services.cases.tips.commands import classify_tip, receive_tip
from services.cases.tips.domain import Tip
from services.cases.tips.events import ClassifyTip
from shared.correcting import correcting
from shared.corrections import OCCURRED_AT, Authority, CorrectRecord, folded
from shared.errors import NotAllowed, Refused
from shared.fields import AgencyRef
from shared.http.routes import events_of
from shared.reference.errors import AgencyNotInExistence, AreaNotInExistence
from tests.cases.accused.examples import custody, hold
from tests.cases.examples import (
    COURT,
    INVESTIGATORS,
    POLICE,
    PROCURACY,
    STRANGER,
    at,
)
from tests.cases.proceedings.examples import conclude, institute
from tests.cases.raids.examples import conclusion, raid
from tests.cases.tips.examples import tip
from tests.cases.world import World, id_of

correct_record = correcting(RecordCorrected)
EVENTS = {event.TOPIC: event for event in SERVICE.events}
LATER = at("2025-08-20")
A_BODY = next(str(each) for each in get_args(AgencyRef)[1].metadata if "pattern" in str(each))
"""How a field looks that names a body."""


async def event_of(office: World, name: str) -> UUID:
    """The last event of that name."""
    log = await office.log.read(0, 1_000)
    return [each for each in log if each.topic == f"cases.{name}.v1"][-1].event_id


async def correct(
    office: World,
    name: str,
    field: str,
    new: Any,
    by: str = INVESTIGATORS,
    moment: datetime = LATER,
) -> Any:
    """Say what is true of a field of the last fact of that name."""
    said = CorrectRecord(
        target_event=await event_of(office, name),
        field_path=field,
        new=new,
        reason="Ghi nhầm",
        authority=Authority(document="Biên bản 8/BB", issuer=by, issued_on=date(2025, 8, 20)),
    )
    return await office.does(correct_record, said, by, moment)


async def state(office: World, kind: Any, id: UUID) -> Any:
    """The state by the record, which is the state folded from the record."""
    found = await office.find(kind, id)
    history = [each.event for each in await office.log.load(id)]
    assert found.state() == folded(history).state()
    return found


@contextmanager
def refusal(code: str, kind: type[Refused] = Refused) -> Iterator[None]:
    with pytest.raises(kind) as refused:
        yield
    assert refused.value.code == code, refused.value
    assert refused.value.rule and refused.value.remedy_vi and refused.value.remedy_en


@pytest.fixture
def office() -> World:
    return World()


async def test_a_tip_was_received_a_day_earlier_and_its_period_runs_from_there(office: World):
    id = id_of(await office.does(receive_tip, tip(), moment=at("2025-08-04T08:00")))

    await correct(office, "tip_received", "occurred_at", "2025-08-03T22:00:00+07:00")

    it = await state(office, Tip, id)
    assert it.since == at("2025-08-03T22:00") and it.received_on == date(2025, 8, 3)
    assert it.content.is_sealed and it.informant.is_sealed
    assert it.extensions.since == date(2025, 8, 3)


async def test_a_tip_is_not_moved_behind_what_followed_nor_into_another_book(office: World):
    id = id_of(await office.does(receive_tip, tip(), moment=at("2025-08-04T08:00")))
    said = ClassifyTip(classification="crime")
    await office.does(classify_tip, said, moment=at("2025-08-05T08:00"), id=id)

    with refusal("out-of-order"):
        await correct(office, "tip_received", "occurred_at", "2025-08-05T09:00:00+07:00")
    with refusal("out-of-order"):
        await correct(office, "tip_classified", "occurred_at", "2025-08-04T07:00:00+07:00")
    with refusal("another-year"):
        await correct(office, "tip_received", "occurred_at", "2024-08-04T08:00:00+07:00")

    assert await office.topics() == ["tip_received", "tip_classified"]


async def test_the_hour_of_an_arrest_is_corrected_but_not_behind_the_custody_that_followed(
    office: World,
):
    held = await office.does(persons.apprehend_suspect, hold(), moment=at("2025-08-04T08:00"))
    id = id_of(held)
    order = custody(since=at("2025-08-04T10:00"))
    await office.does(persons.order_temporary_custody, order, moment=at("2025-08-04T11:00"), id=id)

    with refusal("out-of-order"):
        await correct(office, "suspect_apprehended", "occurred_at", "2025-08-04T10:30:00+07:00")
    await correct(office, "suspect_apprehended", "occurred_at", "2025-08-04T06:00:00+07:00")

    it = await state(office, Person, id)
    assert it.held_at == at("2025-08-04T06:00")
    assert (it.stage, it.measure) == ("CUSTODY", "custody")
    assert it.identity.is_sealed
    said = (await office.log.load(id))[-1].event
    assert isinstance(said, RecordCorrected)
    assert said.change is not None  # When it happened is no secret: every entry says it.


async def test_what_is_said_of_a_person_is_not_repeated_in_the_open(office: World):
    held = await office.does(
        persons.apprehend_suspect,
        hold(kind="emergency", warrant_ref="11/LB-CSĐT"),
        moment=at("2025-08-04T08:00"),
    )

    await correct(office, "suspect_apprehended", "warrant_ref", "17/LB-CSĐT")

    [_, envelope] = await office.log.load(id_of(held))
    assert envelope.fields["change"] is None
    assert "11/LB" not in envelope.state.decode()


async def test_how_many_were_held_in_a_raid_is_a_number_to_correct(office: World):
    one = id_of(await office.does(launch_raid, raid(), POLICE, "2025-08-05"))
    await office.does(conclude_raid, conclusion(suspects_held=4), POLICE, "2025-08-06", id=one)

    await correct(office, "raid_concluded", "suspects_held", 3, POLICE)

    it = await state(office, Raid, one)
    assert it.state()["results"]["suspects_held"] == 3
    for name, new in (("victims_found", 2), ("suspects_held", -1)):
        with pytest.raises(Refused):
            await correct(office, "raid_concluded", name, new, POLICE)


@pytest.mark.parametrize(
    ("name", "field", "new", "by", "code"),
    [
        ("tip_received", "content", "Nội dung khác", INVESTIGATORS, "sealed-field"),
        ("tip_received", "informant_ref", str(UUID(int=1)), INVESTIGATORS, "id-field"),
        ("tip_received", "receipt_no", "16/2025", INVESTIGATORS, "decided-on"),
        ("tip_received", "urgent", 1, INVESTIGATORS, "derived-field"),
        ("tip_received", "happened_on", "2025-08-01", STRANGER, "not-the-recorder"),
        ("tip_received", "happened_on", "hôm qua", INVESTIGATORS, "value-refused"),
        ("case_prosecution_instituted", "case_no", "1/QĐ", INVESTIGATORS, "decided-on"),
        ("case_prosecution_instituted", "offences", "150", INVESTIGATORS, "decided-on"),
        ("case_prosecution_instituted", "severity_class", "NT", INVESTIGATORS, "derived-field"),
    ],
)
async def test_what_may_not_be_corrected_is_refused_and_nothing_is_recorded(
    office: World, name: str, field: str, new: Any, by: str, code: str
):
    await office.does(receive_tip, tip(happened_on="2025-07-30"))
    await office.does(institute_case, institute())
    before = await office.topics()

    with refusal(code, NotAllowed if code == "not-the-recorder" else Refused):
        await correct(office, name, field, new, by)

    assert await office.topics() == before


async def test_who_could_not_have_recorded_it_then_cannot_be_put_there(office: World):
    """Bodies that were not there on the day, whatever they recorded later."""
    await office.does(
        receive_tip, tip(channel="hotline_111"), "HOTLINE_111-VN", at("2025-07-02T08:00")
    )

    with pytest.raises(AgencyNotInExistence):
        await correct(
            office, "tip_received", "occurred_at", "2025-06-30T08:00:00+07:00", "HOTLINE_111-VN"
        )
    await correct(
        office, "tip_received", "occurred_at", "2025-07-01T08:00:00+07:00", "HOTLINE_111-VN"
    )


NATIONAL = "C02-VN"
EVE, FIRST = "2025-06-30T08:00:00+07:00", "2025-07-01T08:00:00+07:00"
"""On 1/7/2025 began the provinces and communes of now, and the bodies that sit in them."""


async def test_a_file_did_not_go_to_a_body_before_that_was_there(office: World):
    said = institute(place="P63-40")
    id = id_of(await office.does(institute_case, said, NATIONAL, at("2025-06-20T08:00")))
    day = at("2025-06-25T08:00")
    await office.decides(Case, Case.conclude_investigation, conclude(), id, NATIONAL, day)
    sent = TransmitCaseFile(to="VKS", receiver=PROCURACY, documents=3, exhibits=0)
    day = at("2025-07-02T08:00")
    await office.decides(Case, Case.transmit_case_file, sent, id, NATIONAL, day)

    with pytest.raises(AgencyNotInExistence, match=r"2025-07-01"):
        await correct(office, "case_file_transmitted", "occurred_at", EVE, NATIONAL)
    await correct(office, "case_file_transmitted", "occurred_at", FIRST, NATIONAL)

    assert (await state(office, Case, id)).offered_at == at("2025-07-01T08:00")


async def test_a_case_was_not_instituted_in_an_area_before_that_was_there(office: World):
    said = institute(place="P34-40-16681")
    await office.does(institute_case, said, NATIONAL, at("2025-07-02T08:00"))

    with pytest.raises(AreaNotInExistence, match=r"2025-07-01"):
        await correct(office, "case_prosecution_instituted", "occurred_at", EVE, NATIONAL)
    await correct(office, "case_prosecution_instituted", "occurred_at", FIRST, NATIONAL)


def test_whatever_body_a_movable_fact_names_is_asked_for_again():
    """Of what is stated; what is derived stays what was then said."""
    movable = [
        EVENTS[each] for each, may in RecordCorrected.CORRECTABLE.items() if OCCURRED_AT in may
    ]

    named = {
        name
        for event in movable
        for name, field in event.model_fields.items()
        if name not in event.derived_fields() and A_BODY in str(field)
    }

    assert named and named <= RecordCorrected.NAMED
    assert all(any(name in each.model_fields for each in movable) for name in RecordCorrected.NAMED)


async def test_who_records_nothing_of_the_kind_corrects_nothing(office: World):
    await office.does(receive_tip, tip())

    with refusal("not-the-recorder", NotAllowed):
        await correct(office, "tip_received", "occurred_at", "2025-08-03T22:00:00+07:00", COURT)


async def test_the_day_of_institution_moves_the_stage_and_the_period_of_the_case(office: World):
    id = id_of(await office.does(institute_case, institute(), moment=at("2025-08-06T08:00")))

    await correct(office, "case_prosecution_instituted", "occurred_at", "2025-08-04T08:00:00+07:00")

    it = await state(office, Case, id)
    assert it.since == it.held_since == at("2025-08-04T08:00")
    assert it.course.since == date(2025, 8, 4)


@pytest.mark.parametrize("topic", sorted(RecordCorrected.CORRECTABLE))
def test_what_may_be_corrected_is_stated_by_who_records_it(topic: str):
    event = EVENTS[topic]

    for name in RecordCorrected.CORRECTABLE[topic] - {OCCURRED_AT}:
        assert name in event.model_fields
        assert name not in event.derived_fields()
        assert name not in event.SEALED
        assert UUID not in get_args(event.model_fields[name].annotation)


@pytest.mark.parametrize("topic", sorted(RecordCorrected.CORRECTABLE))
def test_the_things_that_it_happens_to_take_corrections(topic: str):
    """A stream whose facts can be corrected knows what a correction is."""
    kinds = [each for each in SERVICE.aggregates if EVENTS[topic] in events_of(each)]

    assert kinds and all(RecordCorrected in events_of(each) for each in kinds)


def test_the_event_lists_what_the_table_has():
    fields = {name for names in RecordCorrected.CORRECTABLE.values() for name in names}

    assert {*get_args(CorrectedFact)} == {*RecordCorrected.CORRECTABLE}
    assert {*get_args(CorrectedField)} == fields


@pytest.mark.parametrize("topic", sorted(RecordCorrected.CORRECTABLE))
def test_whoever_may_record_a_fact_may_correct_it(topic: str):
    tables = [json.loads(path.read_text("utf-8"))["topics"] for path in SERVICE.competence]
    rules = {name: rows for table in tables for name, rows in table.items()}
    may = [each for row in rules[RecordCorrected.TOPIC] for each in row["types"]]

    for each in (code for row in rules[topic] for code in row["types"]):
        sample = each.replace("*", "X")
        assert any(fnmatchcase(sample, pattern) for pattern in may), each
