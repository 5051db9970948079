"""Somebody of 16 is caught just before Tết 2026 and goes through the year's new law to the court.

The Law on Juvenile Justice (59/2024/QH15) binds cases instituted since 1/1/2026: besides every
period of the proceedings runs its half. Days off move the ends of periods, never those of custody
and detention. It is all recorded months after it happened. Nobody in it is real.
"""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from tests.running import World
from tests.stories.office import Office

VIETNAM = ZoneInfo("Asia/Ho_Chi_Minh")
POLICE = "CQCSDT_TINH-P34-40"
PROCURACY = "VKSND_TINH-P34-40"
COURT = "TAND_KV-P34-40"
COMMITTEE = "BCD138_TINH-P34-40"
HEALTH = "SO_YTE-P34-40"
PLACE = "P34-40-16681"

POLICE_VI = "Cơ quan Cảnh sát điều tra Công an tỉnh Nghệ An"
PROCURACY_VI = "Viện kiểm sát nhân dân tỉnh Nghệ An"
PERSON = f"người bị bắt, giữ do {POLICE_VI} ghi nhận"

TRAFFICKING = {"article": "150", "clause": 1}
"""5 to 10 years: very serious (RNT)."""
CROSSING = {"article": "347", "clause": 1}
"""Up to 3 years: less serious (ITNT)."""
BROKERAGE = {"article": "348", "clause": 1}
NAME = "Chim Sẻ Non"
IDENTITY = {"name": NAME, "born": "2009-06-20"}
JUVENILE_LAW = "Luật 59/2024/QH15 Điều 138"


@dataclass
class Story:
    """A case, its accused of 16, and all that anybody was answered."""

    office: Office
    case: str = ""
    person: str = ""
    answers: list[Any] = field(default_factory=list)
    read: tuple[dict[str, int], list[dict[str, Any]]] = ({}, [])
    """The periods as they were when the logs stood there."""

    async def says(self, by: str, path: str, at: str, /, **said: Any) -> dict[str, Any]:
        """Somebody says something; in the path `case` and `person` stand for their ids."""
        answer = await self.office.says(by, self.path(path), said, at=f"{at}:00+07:00")
        self.answers.append(answer)
        return answer

    async def is_refused(
        self, by: str, path: str, at: str, code: str, rule: str, /, **said: Any
    ) -> dict[str, Any]:
        """Somebody says what may not be; the refusal has that code and names the article."""
        path = self.path(path)
        problem = await self.office.refused(by, path, said, at=f"{at}:00+07:00")
        assert (problem["code"], rule in problem["rule"]) == (code, True), problem
        self.answers.append(problem)
        return problem

    def path(self, path: str) -> str:
        """`case/extensions` → `/v1/cases/<id>/extensions`; what begins anew has no id."""
        what, _, rest = path.partition("/")
        ids = {"case": f"cases/{self.case}", "person": f"persons/{self.person}"}
        return "/".join(["/v1", ids.get(what, what), rest]).rstrip("/")

    async def stands(self, who: str) -> dict[str, Any]:
        """The case or the accused as readers see it."""
        subject = f"{who}:{self.case if who == 'case' else self.person}"
        state = await self.office.state(COURT, subject)
        self.answers.append(state)
        return state

    async def ends(self, rule: str, part: str = "") -> tuple[str, str]:
        """When the last period of a rule ends, in Viet Nam's time, and how it stands."""
        last = await self.period(rule, part)
        due = datetime.fromisoformat(last["due"]).astimezone(VIETNAM)
        return due.strftime("%Y-%m-%dT%H:%M"), last["state"]

    async def period(self, rule: str, part: str = "") -> dict[str, Any]:
        """The last period of a rule around case and accused."""
        found = [
            each for each in await self.periods() if (each["rule"], each["part"]) == (rule, part)
        ]
        assert found, f"no period {rule} {part}"
        return max(found, key=lambda each: str(each["started_at"]))

    async def periods(self) -> list[dict[str, Any]]:
        """All periods around case and accused; read again only when something was said."""
        level = await self.office.settled()
        if self.read[0] != level:
            asked = [f"person:{self.person}", *([f"case:{self.case}"] if self.case else [])]
            found = [await self.office.deadlines(COURT, subject=each) for each in asked]
            periods = list({each["id"]: each for page in found for each in page}.values())
            self.read = level, periods
        return self.read[1]


@pytest.fixture
def story(world: World) -> Story:
    return Story(Office(world))


async def test_a_juvenile_accused_in_2026_has_half_the_periods_and_is_detained_shorter(
    story: Story,
) -> None:
    await the_police_catch_and_hold_somebody(story)
    await they_institute_a_case(story)
    await custody_ends_on_its_hour_even_at_tet(story)
    await they_accuse_on_the_last_day_before_tet(story)
    await whom_the_law_spares_is_not_accused(story)
    await detention_lasts_two_thirds_at_most(story)
    await nobody_under_18_is_detained_for_little_or_shown(story)
    await the_police_conclude_within_the_half(story)
    await the_procuracy_indicts_within_the_half(story)
    await the_court_prepares_within_the_half(story)

    # The share of an adult's detention is the new law's: the old law's period was not opened.
    assert "JUV-DETENTION" not in {each["rule"] for each in await story.periods()}
    await the_timeline_tells_it_without_a_name(story)
    await the_procuracy_has_heard_what_it_was_asked(story)
    assert NAME not in str(story.answers)


async def the_police_catch_and_hold_somebody(story: Story) -> None:
    caught = {"kind": "flagrante", "place": PLACE, "under_18": True, "identity": IDENTITY}
    caught["notified_family_at"] = "2026-02-10T11:00:00+07:00"
    answer = await story.says(POLICE, "persons", "2026-02-10T09:00", **caught)
    story.person = answer["person_ref"]

    custody = {
        "since": "2026-02-10T10:00:00+07:00",
        "place": "Nhà tạm giữ",
        "reason": "flagrante",
        "decision_ref": "2101/QĐ-TG",
    }
    at, path = "2026-02-10T11:00", "person/custody"
    # BLTTHS Điều 118(1): three days; day 3 is Friday 13 February, whose 24:00 is the limit.
    long = {**custody, "to": "2026-02-14T00:30:00+07:00"}
    problem = await story.is_refused(
        POLICE, path, at, "custody-too-long", "BLTTHS Điều 118", **long
    )
    assert problem["latest"] == "2026-02-14T00:00:00+07:00"
    await story.says(POLICE, path, at, **custody, to="2026-02-13T10:00:00+07:00")

    assert (await story.stands("person"))["stage"] == "CUSTODY"
    # It ends at the hour of the order.
    assert (await story.ends("CUSTODY"))[0] == "2026-02-13T10:00"


async def they_institute_a_case(story: Story) -> None:
    case = {"case_no": "2138/QĐ-CSĐT", "offences": [TRAFFICKING, CROSSING], "place": PLACE}
    answer = await story.says(POLICE, "cases", "2026-02-11T15:00", **case, juvenile=True)
    story.case = answer["case_id"]
    # BLTTHS Điều 172(1)(c): four months from 11 February end on Thursday 11 June. The half, two
    # months (Luật 59/2024 Điều 120), ends on Saturday 11 April, so on Monday 13 April.
    assert await story.ends("INV") == ("2026-06-12T00:00", "overdue")
    assert await story.ends("JUV-PERIODS", "INV") == ("2026-04-14T00:00", "overdue")
    half = await story.period("JUV-PERIODS", "INV")
    assert (half["article"], half["moved"]) == ("Điều 120, 179", True)
    assert half["why_vi"] == (
        "2 tháng (1/2 “Thời hạn điều tra”, người dưới 18 tuổi; tội phạm rất nghiêm trọng)"
    )


async def they_accuse_on_the_last_day_before_tet(story: Story) -> None:
    await story.says(POLICE, "person/prosecutions", "2026-02-13T08:00", **accusation(story))
    person = await story.stands("person")
    assert (person["stage"], person["juvenile_law"]) == ("ACCUSED_PENDING", "LAW-59-2024")
    assert person["identity"] == "sealed"
    # BLTTHS Điều 179(3): three days from Friday 13 February end on Monday the 16th. From then to
    # Friday the 20th is Tết (17 February is its first day), then a weekend: Monday the 23rd.
    approval = await story.period("ACC-APPROVE")
    assert (await story.ends("ACC-APPROVE"))[0] == "2026-02-24T00:00"
    assert approval["moved"] is True


def accusation(story: Story, **other: Any) -> dict[str, Any]:
    """The decision to prosecute somebody of 16, which the procuracy has at once."""
    return {
        "case_id": story.case,
        "charges": [TRAFFICKING],
        "identity": IDENTITY,
        "age_at_offence": "16_17",
        "under_18": True,
        "decision_ref": "2140/QĐ-CSĐT",
        "received_by_vks_at": "2026-02-13T08:00:00+07:00",
        **other,
    }


async def whom_the_law_spares_is_not_accused(story: Story) -> None:
    path, at = "persons/prosecutions", "2026-02-13T09:00"
    for code, rule, changes in (
        # At 14 and 15 only for what is at least very serious on a list: not for brokerage.
        (
            "below-age-of-liability",
            "BLHS Điều 12",
            {"age_at_offence": "14_15", "charges": [BROKERAGE]},
        ),
        ("below-age-of-liability", "BLHS Điều 12", {"age_at_offence": "under_14"}),
        ("ages-do-not-fit", "BLTTHS Điều 417", {"age_at_offence": "18_plus"}),
        ("not-in-this-case", "BLTTHS Điều 156, 179", {"charges": [BROKERAGE]}),
    ):
        await story.is_refused(POLICE, path, at, code, rule, **accusation(story, **changes))


async def custody_ends_on_its_hour_even_at_tet(story: Story) -> None:
    path, end = "person/custody-extensions", "2026-02-16T10:00:00+07:00"
    asked = {"seq": 1, "stage": "requested", "to": end, "sent_to": PROCURACY}
    asked["decision_ref"] = "2102/ĐN-CSĐT"
    await story.says(POLICE, path, "2026-02-12T15:00", **asked)
    granted = {"seq": 1, "stage": "decided", "granted": True, "to": end}
    granted["decision_ref"] = "2103/QĐ-VKS"
    await story.says(PROCURACY, path, "2026-02-12T17:00", **granted)

    # BLTTHS Điều 118(2): three days more, and Điều 134(1): never moved, so on the eve of Tết.
    custody = await story.period("CUSTODY")
    assert (await story.ends("CUSTODY"))[0] == "2026-02-16T10:00"
    assert (custody["moved"], len(custody["extensions"])) == (False, 1)
    third = {**asked, "seq": 3, "to": "2026-02-19T10:00:00+07:00"}
    at, code = "2026-02-12T18:00", "no-such-extension"
    await story.is_refused(POLICE, path, at, code, "BLTTHS Điều 118(2)", **third)


def detention(**other: Any) -> dict[str, Any]:
    """Detention for the investigation, from when custody ends."""
    return {
        "stage": "investigation",
        "step": "requested",
        "since": "2026-02-16",
        "to": "2026-05-01",
        "sent_to": PROCURACY,
        "representative_notified_at": "2026-02-13T12:00:00+07:00",
        "decision_ref": "2150/LTG-CSĐT",
        **other,
    }


async def detention_lasts_two_thirds_at_most(story: Story) -> None:
    path, at = "person/detentions", "2026-02-13T11:00"
    # Four months of thirty days (BLTTHS Điều 173(1)(c), 134(1)) are 120 days; two thirds are 80;
    # six of custody go off (Điều 118(4)). 74 days from 16 February: 12 + 31 + 30 + 1, so 1 May.
    late, code = detention(to="2026-05-02"), "detention-too-long"
    problem = await story.is_refused(POLICE, path, at, code, JUVENILE_LAW, **late)
    assert problem["latest"] == "2026-05-01" and "74 ngày" in problem["detail"]
    await story.says(POLICE, path, at, **detention())
    # Điều 119(5): three days for the procuracy; they too end in Tết and are moved.
    assert (await story.ends("DET-ORDER-APPROVE"))[0] == "2026-02-24T00:00"

    approved = detention(step="approved")
    del approved["sent_to"]
    at, code = "2026-02-14T08:00", "wrong-stage"
    await story.is_refused(PROCURACY, path, at, code, "BLTTHS Điều 119, 173", **approved)
    review = {"subject": "institution", "outcome": "approved", "decision_ref": "2151/QĐ-VKS"}
    await story.says(PROCURACY, "person/reviews", "2026-02-14T09:00", **review)
    await story.says(PROCURACY, path, "2026-02-15T09:00", **approved)

    person = await story.stands("person")
    assert (person["stage"], person["detention_until"]) == ("DETAINED", "2026-05-01")
    # 1 May is a public holiday, and yet the day on which it ends.
    assert await story.ends("DET") == ("2026-05-02T00:00", "overdue")
    assert (await story.ends("ACC-APPROVE"))[1] == "met"
    assert (await story.ends("DET-ORDER-APPROVE"))[1] == "met"

    # Điều 173(2)(c): three months more for adults, 90 days; two thirds are 60.
    longer = {"seq": 1, "length": {"n": 3, "unit": "month"}, "to": "2026-07-30"}
    longer |= {"requested_on": "2026-04-01", "decision_ref": "2152/QĐ-VKS"}
    path, at, code = "person/detention-extensions", "2026-04-02T09:00", "detention-too-long"
    problem = await story.is_refused(PROCURACY, path, at, code, JUVENILE_LAW, **longer)
    assert problem["latest"] == "2026-06-30"  # 1 May and sixty days: 30 in May, 30 in June.


async def nobody_under_18_is_detained_for_little_or_shown(story: Story) -> None:
    friend = accusation(story, charges=[CROSSING], identity={"name": f"Bạn Của {NAME}"})
    answer = await story.says(POLICE, "persons/prosecutions", "2026-02-24T09:00", **friend)
    other = f"persons/{answer['person_ref']}"
    at, code = "2026-02-24T10:00", "under-18-not-detained"
    short = detention(since="2026-02-25", to="2026-03-10")
    await story.is_refused(POLICE, f"{other}/detentions", at, code, JUVENILE_LAW, **short)

    shown = {
        "proposed_by": COMMITTEE,
        "agreed_by": [POLICE, PROCURACY, COURT],
        "agreed_on": "2026-02-24",
        "reason": "Án điểm",
        "publicity_plan": "Đưa tin trên đài truyền hình tỉnh",
    }
    path, code = "case/model-designations", "protected-from-publicity"
    problem = await story.is_refused(POLICE, path, at, code, "BLTTHS Điều 25, 423", **shown)
    assert "có người dưới 18 tuổi bị buộc tội" in problem["detail"]


async def the_police_conclude_within_the_half(story: Story) -> None:
    ends = {
        "kind": "first",
        "recommendation": "prosecute",
        "accused": [story.person],
        "offences": [TRAFFICKING],
        "conclusion_ref": "2138/KLĐT-CSĐT",
    }
    await story.says(POLICE, "case/conclusions", "2026-04-08T09:00", **ends)
    assert await story.ends("INV") == ("2026-06-12T00:00", "met")
    assert await story.ends("JUV-PERIODS", "INV") == ("2026-04-14T00:00", "met")

    file = {"to": "VKS", "receiver": PROCURACY, "documents": 210, "exhibits": 3}
    path = "case/file-transmissions"
    await story.says(POLICE, path, "2026-04-09T09:00", **file)
    await story.says(PROCURACY, path, "2026-04-10T09:00", **file, step="received")
    # BLTTHS Điều 240(1)(b): thirty days from 10 April: Sunday 10 May, so Monday 11 May.
    assert (await story.ends("PROS"))[0] == "2026-05-12T00:00"
    # The half, fifteen days: Saturday 25 April; Sunday is the Hùng Kings' day (10/3 of the lunar
    # year), Monday 27 April the day off in its lieu; so Tuesday 28 April.
    assert (await story.ends("JUV-PERIODS", "PROS"))[0] == "2026-04-29T00:00"
    # Detention meanwhile (Điều 241): the same thirty days, and Sunday 10 May stays its end.
    assert (await story.ends("DET-PROS"))[0] == "2026-05-11T00:00"


async def the_procuracy_indicts_within_the_half(story: Story) -> None:
    indictment = {
        "indictment_no": "2160/CT-VKS",
        "accused": [{"ref": story.person, "offence": TRAFFICKING}],
        "competent_court": COURT,
    }
    await story.says(PROCURACY, "case/indictments", "2026-04-24T09:00", **indictment)

    assert (await story.ends("JUV-PERIODS", "PROS"))[1] == "met"
    assert (await story.period("JUV-PERIODS", "PROS"))["in_time"] is True


async def the_court_prepares_within_the_half(story: Story) -> None:
    file = {"to": "COURT", "receiver": COURT, "documents": 230, "exhibits": 3}
    path = "case/file-transmissions"
    await story.says(PROCURACY, path, "2026-04-24T10:00", **file)
    await story.says(COURT, path, "2026-04-28T08:00", **file, step="received")
    docket = {"level": "first_instance", "docket_no": "2038/2026/TLST-HS", "file_complete": True}
    await story.says(COURT, "case/acceptances", "2026-04-28T09:00", **docket)

    # BLTTHS Điều 277(1)(c): two months from 28 April: Sunday 28 June, so Monday 29 June. The
    # half, one month, ends on Thursday 28 May.
    assert (await story.ends("TRIAL-PREP"))[0] == "2026-06-30T00:00"
    assert (await story.ends("JUV-PERIODS", "TRIAL-PREP"))[0] == "2026-05-29T00:00"
    trial = {"decision_ref": "2061/QĐXXST-HS", "place": "Trụ sở Tòa án"}
    trial["scheduled"] = "2026-06-08T08:00:00+07:00"
    await story.says(COURT, "case/trial-orders", "2026-05-27T09:00", **trial)
    assert (await story.ends("TRIAL-PREP"))[1] == "met"
    assert (await story.ends("JUV-PERIODS", "TRIAL-PREP"))[1] == "met"


async def the_timeline_tells_it_without_a_name(story: Story) -> None:
    entries = await story.office.entries(HEALTH, f"person:{story.person}")
    told = [each["vi"] for each in entries]
    assert told[:8] == [
        f"{POLICE_VI} bắt, giữ người phạm tội quả tang.",
        f"{POLICE_VI} quyết định tạm giữ {PERSON}, theo 2101/QĐ-TG.",
        f"{POLICE_VI} đề nghị gia hạn tạm giữ lần 1 đối với {PERSON}.",
        f"{PROCURACY_VI} quyết định về việc gia hạn tạm giữ lần 1 đối với {PERSON}.",
        f"{POLICE_VI} khởi tố {PERSON}, tội phạm loại rất nghiêm trọng.",
        f"{POLICE_VI} đề nghị phê chuẩn tạm giam {PERSON}, giai đoạn điều tra, "
        "đến hết ngày 01/05/2026.",
        f"{PROCURACY_VI} phê chuẩn quyết định khởi tố bị can đối với {PERSON}, theo 2151/QĐ-VKS.",
        f"{PROCURACY_VI} phê chuẩn, quyết định tạm giam {PERSON}, giai đoạn điều tra, "
        "đến hết ngày 01/05/2026.",
    ]
    assert NAME not in str(entries)


async def the_procuracy_has_heard_what_it_was_asked(story: Story) -> None:
    heard = [
        each
        for each in await story.office.heard(PROCURACY)
        if each["type"].startswith("cases.") and each["subject"] == f"person:{story.person}"
    ]
    assert [each["type"].split(".")[1] for each in heard][:5] == [
        "temporary_custody_extended",
        "temporary_custody_extended",
        "accused_prosecution_instituted",  # Which it is to approve.
        "temporary_detention_ordered",
        "temporary_detention_ordered",
    ]
    assert NAME not in str(heard) + str(await story.office.heard(POLICE))
