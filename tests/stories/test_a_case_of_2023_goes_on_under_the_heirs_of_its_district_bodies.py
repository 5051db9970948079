"""What district police, procuracy and court of Móng Cái began, their heirs go on with.

District police ended with February 2025, district procuracies and courts with June 2025, and the
province is another legal area since July 2025. No file was handed over for that: whoever is heir on
the day has it. All is recorded long after it happened. Nobody in it is real.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from tests.running import World
from tests.stories.office import Office

VIETNAM = ZoneInfo("Asia/Ho_Chi_Minh")
DISTRICT = "CQCSDT_HUYEN-P63-22-194"
DISTRICT_PROCURACY = "VKSND_HUYEN-P63-22-194"
DISTRICT_COURT = "TAND_HUYEN-P63-22-194"
OLD_PROVINCE = "CQCSDT_TINH-P63-22"
"""The police of Quảng Ninh until 30/6/2025, and from then on:"""
PROVINCE = "CQCSDT_TINH-P34-22"
REGION_PROCURACY = "VKSND_KV-P34-22"
REGION_COURT = "TAND_KV-P34-22"
STRANGER = "CQCSDT_TINH-P63-01"
"""The police of Hà Nội: nothing of this is theirs."""

DISTRICT_VI = "Cơ quan Cảnh sát điều tra Công an thành phố Móng Cái"
DISTRICT_PROCURACY_VI = "Viện kiểm sát nhân dân thành phố Móng Cái"
PROVINCE_VI = "Cơ quan Cảnh sát điều tra Công an tỉnh Quảng Ninh"
REGION_PROCURACY_VI = "Viện kiểm sát nhân dân khu vực thuộc tỉnh Quảng Ninh"
REGION_COURT_VI = "Tòa án nhân dân khu vực thuộc tỉnh Quảng Ninh"

BROKERAGE = {"article": "348", "clause": 1}
"""1 to 5 years: serious (NT)."""
TRAFFICKING = {"article": "150", "clause": 1}
"""5 to 10 years: very serious (RNT), and still before a district court."""


@dataclass
class Story:
    """One case and its accused."""

    office: Office
    case: str = ""
    accused: str = ""
    read: tuple[dict[str, int], list[dict[str, Any]]] = ({}, [])
    """The periods as they were when the logs stood there."""

    async def begins(self, day: str, number: str, offence: dict[str, Any], young: bool) -> None:
        """The district police institute a case and prosecute somebody in it; both are approved."""
        case = {"case_no": number, "offences": [offence], "place": "P63-22-194", "juvenile": young}
        at = f"{day}T09:00:00+07:00"
        self.case = (await self.office.says(DISTRICT, "/v1/cases", case, at=at))["case_id"]
        person = {
            "case_id": self.case,
            "charges": [offence],
            "identity": {"name": "Người Móng Cái"},
            "age_at_offence": "16_17" if young else "18_plus",
            "under_18": young,
            "decision_ref": f"{number}/BC",
        }
        path, at = "/v1/persons/prosecutions", f"{day}T15:00:00+07:00"
        answer = await self.office.says(DISTRICT, path, person, at=at)
        self.accused = answer["person_ref"]
        approved = {"subject": "institution", "outcome": "approved", "decision_ref": f"{number}/PC"}
        at = f"{day}T16:30:00+07:00"
        path = f"/v1/persons/{self.accused}/reviews"
        await self.office.says(DISTRICT_PROCURACY, path, approved, at=at)

    async def goes_on(
        self, by: str, what: str, at: str, then: str, holder: str, /, **said: Any
    ) -> None:
        """Somebody says the next thing of the case; where it stands then, and who has its file."""
        await self.office.says(by, f"/v1/cases/{self.case}/{what}", said, at=f"{at}:00+07:00")
        state = await self.stands()
        assert (state["stage"], state["holder"]) == (then, holder)

    async def is_handed(self, sender: str, receiver: str, to: str, days: str, then: str) -> None:
        """The file is offered on one day and received on another; `then`: the stage afterwards."""
        offered, received = days.split()
        file = {"to": to, "receiver": receiver, "documents": 300, "exhibits": 4}
        path = f"/v1/cases/{self.case}/file-transmissions"
        await self.office.says(sender, path, file, at=f"{offered}T09:00:00+07:00")
        taken = {**file, "step": "received"}
        await self.goes_on(
            receiver, "file-transmissions", f"{received}T09:00", then, receiver, **taken
        )

    async def is_refused(
        self, by: str, what: str, at: str, code: str, rule: str, /, **said: Any
    ) -> dict[str, Any]:
        """Somebody says what may not be; the refusal has that code and names the article."""
        path = f"/v1/cases/{self.case}/{what}"
        problem = await self.office.refused(by, path, said, at=f"{at}:00+07:00")
        assert (problem["code"], rule in problem["rule"]) == (code, True), problem
        return problem

    async def has_ended(
        self, by: str, what: str, at: str, last_day: str, heir: str, /, **said: Any
    ) -> None:
        """A body that is not there any more is told since when, and who acts now."""
        before = await self.stands()
        path, body = f"/v1/cases/{self.case}/{what}", {**said, "occurred_at": f"{at}:00+07:00"}
        status, problem = await self.office.world.post(by, path, body)
        assert (status, problem["code"]) == (422, "agency-not-in-existence"), problem
        assert (problem["valid_to"], problem["successors"]) == (last_day, [heir])
        day = datetime.fromisoformat(last_day)
        assert f"đến hết {day:%d/%m/%Y}" in problem["detail"] and heir in problem["detail"]
        assert await self.stands() == before

    async def stands(self) -> dict[str, Any]:
        """The case as readers see it."""
        return await self.office.state(REGION_COURT, f"case:{self.case}")

    async def period(self, rule: str) -> dict[str, Any]:
        """The last period of a rule about the case, with its moments in Viet Nam's time."""
        level = await self.office.settled()
        if self.read[0] != level:
            self.read = (
                level,
                await self.office.deadlines(REGION_COURT, subject=f"case:{self.case}"),
            )
        mine = [each for each in self.read[1] if each["rule"] == rule]
        found = max(mine, key=lambda each: str(each["started_at"]))
        agencies = [each["id"] for each in found["agencies"]]
        return {**found, **{name: clock(found[name]) for name in CLOCKED}, "agencies": agencies}

    async def is_due(self, rule: str, due: str, state: str, by: str) -> None:
        """The last period of a rule ends with the day before `due` and binds that body."""
        found = await self.period(rule)
        assert (found["due"], found["state"]) == (f"{due}T00:00", state), found
        assert found["agencies"] == [by]


CLOCKED = ("due", "started_at", "ended_at")


def clock(text: str | None) -> str | None:
    """A moment of an answer as the clocks of Viet Nam show it."""
    if text is None:
        return None
    return datetime.fromisoformat(text).astimezone(VIETNAM).strftime("%Y-%m-%dT%H:%M")


@pytest.fixture
def story(world: World) -> Story:
    return Story(Office(world))


async def test_a_case_of_2023_goes_on_under_the_heirs_of_its_district_bodies(story: Story) -> None:
    await the_district_police_suspend_it_in_2023(story)
    before = await story.period("INV")
    await the_provincial_police_resume_it_in_2025(story)
    await the_district_procuracy_has_it_when_it_ends(story)
    await the_regional_procuracy_goes_on_with_it_in_2026(story)
    await the_regional_court_accepts_it(story)

    # What ran in 2023 is as it was: by the law of its start, for the body of its start.
    assert await story.period("INV") == before
    assert (before["started_at"], before["agencies"]) == ("2023-05-10T09:00", [DISTRICT])
    # A juvenile's periods are half since 2026, but not in a case that was pending then
    # (Luật 59/2024/QH15 Điều 179).
    periods = await story.office.deadlines(REGION_COURT, subject=f"case:{story.case}")
    assert "JUV-PERIODS" not in {each["rule"] for each in periods}
    await the_timeline_calls_each_body_as_it_was_called(story)
    await the_heirs_hear_what_was_told_to_whom_they_follow(story)


async def the_district_police_suspend_it_in_2023(story: Story) -> None:
    await story.begins("2023-05-10", "1045/QĐ-CSĐT", BROKERAGE, young=True)
    # BLTTHS Điều 172(1)(b): three months from 10 May end on Thursday 10 August 2023.
    await story.is_due("INV", "2023-08-11", "overdue", DISTRICT)

    longer = {"stage": "investigation", "seq": 1, "requested_on": "2023-07-25", "granted": True}
    longer |= {"length": {"n": 2, "unit": "month"}, "decision_ref": "1088/QĐ-VKS"}
    at, stage = "2023-07-28T09:00", "INVESTIGATION"
    await story.goes_on(DISTRICT_PROCURACY, "extensions", at, stage, DISTRICT, **longer)
    # Điều 172(2)(b): two months more, Tuesday 10 October.
    await story.is_due("INV", "2023-10-11", "overdue", DISTRICT)

    wanted = {"kind": "issue", "decision_ref": "1007/QĐ-TN"}
    path, at = f"/v1/persons/{story.accused}/wanted-notices", "2023-09-20T09:00:00+07:00"
    await story.office.says(DISTRICT, path, wanted, at=at)
    fled = {"ground": "whereabouts_unknown", "wanted_notice_ref": "1007/QĐ-TN"}
    fled["decision_ref"] = "1120/QĐ-CSĐT"
    at = "2023-09-21T09:00"
    await story.goes_on(DISTRICT, "suspensions", at, "INV_SUSPENDED", DISTRICT, **fled)
    await story.is_due("INV", "2023-10-11", "met", DISTRICT)


async def the_provincial_police_resume_it_in_2025(story: Story) -> None:
    found = {"reason": "ground_gone", "decision_ref": "1201/QĐ-CSĐT"}
    at = "2025-03-12T09:00"
    # TT 11/2025/TT-BCA: district police until 28/2/2025.
    await story.has_ended(DISTRICT, "resumptions", at, "2025-02-28", OLD_PROVINCE, **found)
    refused = ("resumptions", at, "not-your-supervision", "BLTTHS Điều 230(3), 235")
    problem = await story.is_refused(STRANGER, *refused, **found)
    assert problem["holder"] == DISTRICT

    lifted = {"kind": "lift", "decision_ref": "1002/QĐ-ĐN"}
    path = f"/v1/persons/{story.accused}/wanted-notices"
    await story.office.says(OLD_PROVINCE, path, lifted, at="2025-03-11T09:00:00+07:00")
    await story.goes_on(OLD_PROVINCE, "resumptions", at, "INVESTIGATION", DISTRICT, **found)
    # BLTTHS Điều 174(1): two months from 12 March end on Monday 12 May.
    await story.is_due("INV-RESUMED", "2025-05-13", "overdue", OLD_PROVINCE)

    longer = {"stage": "investigation", "seq": 1, "requested_on": "2025-04-25", "granted": True}
    longer |= {"length": {"n": 2, "unit": "month"}, "decision_ref": "1033/QĐ-VKS"}
    at, stage = "2025-04-28T09:00", "INVESTIGATION"
    await story.goes_on(DISTRICT_PROCURACY, "extensions", at, stage, DISTRICT, **longer)
    # Two months more: Saturday 12 July, so Monday 14 July, under bodies that were not there yet.
    await story.is_due("INV-RESUMED", "2025-07-15", "overdue", OLD_PROVINCE)

    ends = {
        "kind": "first",
        "recommendation": "prosecute",
        "accused": [story.accused],
        "offences": [BROKERAGE],
        "conclusion_ref": "1045/KLĐT-CSĐT",
    }
    at = "2025-06-16T09:00"
    await story.goes_on(OLD_PROVINCE, "conclusions", at, "CONCLUDED", DISTRICT, **ends)
    await story.is_due("INV-RESUMED", "2025-07-15", "met", OLD_PROVINCE)


async def the_district_procuracy_has_it_when_it_ends(story: Story) -> None:
    days = "2025-06-18 2025-06-20"
    await story.is_handed(OLD_PROVINCE, DISTRICT_PROCURACY, "VKS", days, "PROSECUTION")
    # BLTTHS Điều 240(1)(a): twenty days from 20 June end on Thursday 10 July.
    await story.is_due("PROS", "2025-07-11", "overdue", DISTRICT_PROCURACY)
    ill = {"ground": "illness", "decision_ref": "1050/QĐ-VKS"}
    at, stage = "2025-06-27T09:00", "PROS_SUSPENDED"
    await story.goes_on(DISTRICT_PROCURACY, "suspensions", at, stage, DISTRICT_PROCURACY, **ill)
    await story.is_due("PROS", "2025-07-11", "met", DISTRICT_PROCURACY)

    recovered = {"reason": "ground_gone", "decision_ref": "1060/QĐ-VKS"}
    ended = ("resumptions", "2025-07-01T08:00", "2025-06-30", REGION_PROCURACY)
    await story.has_ended(DISTRICT_PROCURACY, *ended, **recovered)


async def the_regional_procuracy_goes_on_with_it_in_2026(story: Story) -> None:
    assert (await story.stands())["holder"] == DISTRICT_PROCURACY  # Nobody handed it over.
    recovered = {"reason": "ground_gone", "decision_ref": "1001/QĐ-VKS"}
    at, stage = "2026-01-05T09:00", "PROSECUTION"
    await story.goes_on(REGION_PROCURACY, "resumptions", at, stage, DISTRICT_PROCURACY, **recovered)
    # BLTTHS Điều 249(4): twenty days anew, Sunday 25 January, so Monday 26 January 2026.
    await story.is_due("PROS", "2026-01-27", "overdue", REGION_PROCURACY)

    indictment = {
        "indictment_no": "1002/CT-VKS",
        "accused": [{"ref": story.accused, "offence": BROKERAGE}],
        "competent_court": REGION_COURT,
    }
    at, gone = "2026-01-14T09:00", {**indictment, "competent_court": DISTRICT_COURT}
    refused = ("indictments", at, "agency-not-in-existence", "danh mục cơ quan")
    problem = await story.is_refused(REGION_PROCURACY, *refused, **gone)
    assert problem["pointer"] == "/competent_court"
    assert REGION_COURT in problem["remedy"] and "30/06/2025" in problem["detail"]
    stage = "INDICTMENT_ISSUED"
    await story.goes_on(
        REGION_PROCURACY, "indictments", at, stage, DISTRICT_PROCURACY, **indictment
    )
    await story.is_due("PROS", "2026-01-27", "met", REGION_PROCURACY)


async def the_regional_court_accepts_it(story: Story) -> None:
    days = "2026-01-15 2026-01-16"
    await story.is_handed(REGION_PROCURACY, REGION_COURT, "COURT", days, "INDICTED")
    docket = {"level": "first_instance", "docket_no": "1003/2026/TLST-HS", "file_complete": True}
    at, stage = "2026-01-19T09:00", "TRIAL_PREPARATION"
    await story.goes_on(REGION_COURT, "acceptances", at, stage, REGION_COURT, **docket)
    # BLTTHS Điều 277(1)(b): forty-five days: 12 in January, 28, 5 in March: Thursday 5 March.
    await story.is_due("TRIAL-PREP", "2026-03-06", "overdue", REGION_COURT)


async def the_timeline_calls_each_body_as_it_was_called(story: Story) -> None:
    entries = await story.office.entries(PROVINCE, f"case:{story.case}")
    told = [each["vi"] for each in entries if each["subjects"][0] == f"case:{story.case}"]
    title = f"vụ án theo quyết định khởi tố số 1045/QĐ-CSĐT của {DISTRICT_VI}"
    longer = f"{DISTRICT_PROCURACY_VI} quyết định về gia hạn lần 1 thời hạn điều tra, {title}, theo"
    ill = "tạm đình chỉ vụ án ở giai đoạn truy tố: "
    assert told[:5] == [
        f"{DISTRICT_VI} khởi tố {title}, tội phạm loại nghiêm trọng.",
        f"{longer} 1088/QĐ-VKS.",
        f"{DISTRICT_VI} tạm đình chỉ điều tra: {title}, theo BLTTHS Điều 229(1)(a).",
        f"{PROVINCE_VI} phục hồi điều tra: {title}, theo 1201/QĐ-CSĐT.",
        f"{longer} 1033/QĐ-VKS.",
    ]
    assert told[8:11] == [
        f"{DISTRICT_PROCURACY_VI} {ill}{title}, theo BLTTHS Điều 247(1)(a).",
        f"{REGION_PROCURACY_VI} phục hồi vụ án ở giai đoạn truy tố: {title}, theo 1001/QĐ-VKS.",
        f"{REGION_PROCURACY_VI} ban hành cáo trạng số 1002/CT-VKS đối với {title}, "
        f"Tòa án có thẩm quyền: {REGION_COURT_VI}.",
    ]


async def the_heirs_hear_what_was_told_to_whom_they_follow(story: Story) -> None:
    async def heard(agency: str) -> list[str]:
        events = await story.office.heard(agency)
        mine = [each for each in events if each["subject"] == f"case:{story.case}"]
        return [each["type"].split(".")[1] for each in mine]

    police = await heard(PROVINCE)
    assert police[0] == "case_prosecution_instituted"
    assert "indictment_issued" in police  # Of 2026, told to the district police that are no more.
    procuracy = await heard(REGION_PROCURACY)
    file = procuracy.index("case_file_transmitted")
    # Told to the district procuracy, which supervised it before it had the file.
    assert procuracy[:file] == [
        "case_prosecution_instituted",
        "proceedings_period_extended",
        "proceedings_suspended",
        "proceedings_resumed",
        "proceedings_period_extended",
        "investigation_concluded",
    ]
    assert procuracy[file : file + 2] == ["case_file_transmitted", "case_file_transmitted"]
    assert "indictment_issued" in await heard(REGION_COURT)
    assert await heard("CQCSDT_TINH-P34-01") == []


async def test_a_trial_that_a_district_court_prepares_is_held_by_the_regional_court(
    story: Story,
) -> None:
    await story.begins("2025-01-20", "1012/QĐ-CSĐT", TRAFFICKING, young=False)
    ends = {
        "kind": "first",
        "recommendation": "prosecute",
        "accused": [story.accused],
        "offences": [TRAFFICKING],
        "conclusion_ref": "1012/KLĐT-CSĐT",
    }
    at = "2025-04-15T09:00"
    await story.goes_on(OLD_PROVINCE, "conclusions", at, "CONCLUDED", DISTRICT, **ends)
    days = "2025-04-16 2025-04-17"
    await story.is_handed(OLD_PROVINCE, DISTRICT_PROCURACY, "VKS", days, "PROSECUTION")
    indictment = {
        "indictment_no": "1020/CT-VKS",
        "accused": [{"ref": story.accused, "offence": TRAFFICKING}],
        "competent_court": DISTRICT_COURT,
    }
    at, stage = "2025-05-06T09:00", "INDICTMENT_ISSUED"
    await story.goes_on(
        DISTRICT_PROCURACY, "indictments", at, stage, DISTRICT_PROCURACY, **indictment
    )
    days = "2025-05-07 2025-05-08"
    await story.is_handed(DISTRICT_PROCURACY, DISTRICT_COURT, "COURT", days, "INDICTED")
    docket = {"level": "first_instance", "docket_no": "1030/2025/TLST-HS", "file_complete": True}
    at, stage = "2025-05-12T09:00", "TRIAL_PREPARATION"
    await story.goes_on(DISTRICT_COURT, "acceptances", at, stage, DISTRICT_COURT, **docket)
    # BLTTHS Điều 277(1)(c): two months from 12 May: Saturday 12 July, so Monday 14 July.
    await story.is_due("TRIAL-PREP", "2025-07-15", "overdue", DISTRICT_COURT)

    trial = {"decision_ref": "1040/QĐXXST-HS", "place": "Móng Cái"}
    trial["scheduled"] = "2025-07-22T08:00:00+07:00"
    at = "2025-07-08T09:00"
    await story.has_ended(DISTRICT_COURT, "trial-orders", at, "2025-06-30", REGION_COURT, **trial)
    refused = ("trial-orders", at, "file-not-with-you", "BLTTHS Điều 277")
    problem = await story.is_refused("TAND_KV-P34-01", *refused, **trial)
    assert problem["holder"] == DISTRICT_COURT
    await story.goes_on(REGION_COURT, "trial-orders", at, "TRIAL_ORDERED", DISTRICT_COURT, **trial)
    await story.is_due("TRIAL-PREP", "2025-07-15", "met", DISTRICT_COURT)
    # Điều 277(3): fifteen days from 8 July end on Wednesday 23 July.
    await story.is_due("TRIAL-OPEN", "2025-07-24", "overdue", REGION_COURT)

    opened = {"step": "opened", "attendance": {"accused": 1, "victims": 1, "public": 20}}
    at = "2025-07-22T08:00"
    await story.goes_on(REGION_COURT, "trial-openings", at, "TRIAL", DISTRICT_COURT, **opened)
    await story.is_due("TRIAL-OPEN", "2025-07-24", "met", REGION_COURT)
