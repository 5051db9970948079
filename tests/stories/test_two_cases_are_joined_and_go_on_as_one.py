"""A case of brokerage in Nghệ An takes in a case of trafficking in Hà Nội; later a part goes off.

Both were instituted by the police of their province. The file from Hà Nội comes to Nghệ An first,
then the two are one: its offences, its accused and its period of investigation. The procuracy later
splits the brokerage off. It is all recorded long after March to June 2026. Nobody in it is real.
"""

import uuid
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
HANOI = "CQCSDT_TINH-P34-01"
HANOI_PROCURACY = "VKSND_TINH-P34-01"
COURT = "TAND_KV-P34-40"
STRANGER = "CQCSDT_TINH-P34-22"
"""The police of Quảng Ninh: nothing of this is theirs."""

POLICE_VI = "Cơ quan Cảnh sát điều tra Công an tỉnh Nghệ An"
PROCURACY_VI = "Viện kiểm sát nhân dân tỉnh Nghệ An"
HANOI_VI = "Cơ quan Cảnh sát điều tra Công an thành phố Hà Nội"
COURT_VI = "Tòa án nhân dân khu vực thuộc tỉnh Nghệ An"
TITLE = "vụ án theo quyết định khởi tố số 1412/QĐ-CSĐT của " + POLICE_VI
HANOI_TITLE = "vụ án theo quyết định khởi tố số 1077/QĐ-CSĐT của " + HANOI_VI

BROKERAGE = {"article": "348", "clause": 1}
"""1 to 5 years: serious (NT), three months of investigation."""
TRAFFICKING = {"article": "150", "clause": 2}
"""8 to 15 years: very serious (RNT), four months."""
SMUGGLING_IN = {"article": "347", "clause": 1}
JOINING = "BLTTHS Điều 170, 242"
JOIN = {"kind": "join", "reason": "Cùng một đường dây", "decision_ref": "1460/QĐ-CSĐT"}


@dataclass
class Story:
    """Two cases and their accused, by name; subjects as `<kind>:<id>`."""

    office: Office
    ids: dict[str, str] = field(default_factory=dict)
    read: dict[str, tuple[dict[str, int], list[dict[str, Any]]]] = field(default_factory=dict)
    """The periods around each as they were when the logs stood there."""

    async def says(self, by: str, who: str, what: str, at: str, /, **said: Any) -> dict[str, Any]:
        """Somebody says something of a case or an accused."""
        return await self.office.says(by, self.path(who, what), said, at=f"{at}:00+07:00")

    async def is_refused(
        self, by: str, who: str, what: str, at: str, code: str, rule: str, /, **said: Any
    ) -> dict[str, Any]:
        """Somebody says what may not be; the refusal has that code and names the article."""
        path = self.path(who, what)
        problem = await self.office.refused(by, path, said, at=f"{at}:00+07:00")
        assert (problem["code"], rule in problem["rule"]) == (code, True), problem
        return problem

    def path(self, who: str, what: str) -> str:
        kind = "persons" if "accused" in who else "cases"
        return f"/v1/{kind}/{self.ids[who]}/{what}"

    def subject(self, who: str) -> str:
        return f"{'person' if 'accused' in who else 'case'}:{self.ids[who]}"

    async def stands(self, who: str) -> dict[str, Any]:
        """A case or an accused as readers see it."""
        return await self.office.state(COURT, self.subject(who))

    async def period(self, who: str, rule: str) -> tuple[str, str, list[str]]:
        """When the last period of a rule ends, in Viet Nam's time, how it stands, and whom it
        still binds."""
        level = await self.office.settled()
        if self.read.get(who, ({}, []))[0] != level:
            found = await self.office.deadlines(COURT, subject=self.subject(who))
            self.read[who] = level, found
        found = self.read[who][1]
        [*_, last] = sorted(
            (d for d in found if (d["rule"], d["subject"]) == (rule, self.subject(who))),
            key=lambda each: str(each["started_at"]),
        )
        due = datetime.fromisoformat(last["due"]).astimezone(VIETNAM)
        bound = [each["id"] for each in last["agencies"] if each["bound"]]
        return due.strftime("%Y-%m-%dT%H:%M"), last["state"], bound

    async def of_accused(self, case: str, who: str) -> set[tuple[str, str]]:
        """The periods about an accused that a case shows, and in which case each runs."""
        found = await self.office.deadlines(COURT, subject=self.subject(case))
        return {(d["id"], d["runs_in"]) for d in found if d["subject"] == self.subject(who)}

    async def timeline(self, who: str) -> list[str]:
        """What the timeline says of one stream, and not of those that touch it."""
        entries = await self.office.entries(COURT, self.subject(who))
        return [each["vi"] for each in entries if each["subjects"][0] == self.subject(who)]


@pytest.fixture
def story(world: World) -> Story:
    return Story(Office(world))


async def test_two_cases_are_joined_and_go_on_as_one(story: Story) -> None:
    await each_police_institutes_a_case(story)
    await they_cannot_be_joined_before_one_has_both(story)
    await they_are_joined(story)
    await nothing_more_is_done_in_the_case_that_was_joined_in(story)
    await its_accused_goes_on_in_the_other(story)
    await the_joined_case_is_concluded(story)
    await the_procuracy_splits_it(story)
    await both_parts_are_indicted(story)
    await the_timelines_tell_both_sides(story)
    await each_has_heard_what_was_its_own(story)


async def each_police_institutes_a_case(story: Story) -> None:
    rows = (
        ("case", POLICE, PROCURACY, "2026-03-02", "1412/QĐ-CSĐT", "P34-40-16681", BROKERAGE),
        (
            "other",
            HANOI,
            HANOI_PROCURACY,
            "2026-03-09",
            "1077/QĐ-CSĐT",
            "P34-01-00004",
            TRAFFICKING,
        ),
    )
    for name, police, procuracy, day, number, place, offence in rows:
        case = {"case_no": number, "offences": [offence], "place": place}
        answer = await story.office.says(police, "/v1/cases", case, at=f"{day}T09:00:00+07:00")
        story.ids[name] = answer["case_id"]
        accused = {
            "case_id": story.ids[name],
            "charges": [offence],
            "identity": {"name": f"Người Của {number}"},
            "age_at_offence": "18_plus",
            "decision_ref": f"{number}/BC",
        }
        path, at = "/v1/persons/prosecutions", f"{day}T15:00:00+07:00"
        answer = await story.office.says(police, path, accused, at=at)
        who = f"{name}'s accused"
        story.ids[who] = answer["person_ref"]
        approved = {"subject": "institution", "outcome": "approved", "decision_ref": f"{number}/PC"}
        await story.says(procuracy, who, "reviews", f"{day}T16:30", **approved)

    # BLTTHS Điều 172(1): three months from 2 March, four months from 9 March.
    assert await story.period("case", "INV") == ("2026-06-03T00:00", "overdue", [POLICE])
    assert await story.period("other", "INV") == ("2026-07-10T00:00", "overdue", [HANOI])


async def they_cannot_be_joined_before_one_has_both(story: Story) -> None:
    join = {**JOIN, "cases": [story.ids["other"]]}
    at, holds_not = "2026-03-16T09:00", "file-not-with-you"
    refused = ("case", "regroupings", at, holds_not, JOINING)
    problem = await story.is_refused(POLICE, *refused, **join)
    assert problem["holder"] == HANOI
    problem = await story.is_refused(HANOI, *refused, **join)
    assert problem["holder"] == POLICE
    itself = {**JOIN, "cases": [story.ids["case"]]}
    wrong = ("case", "regroupings", at, "wrong-regrouping", JOINING)
    await story.is_refused(POLICE, *wrong, **itself)

    way = {"to": POLICE, "reason": "Cùng một đường dây", "decision_ref": "1080/QĐ-CSĐT"}
    await story.says(HANOI, "other", "transfers", "2026-03-18T09:00", **way)
    at = "2026-03-19T09:00"
    problem = await story.is_refused(POLICE, "case", "regroupings", at, holds_not, JOINING, **join)
    assert f"đang chuyển cho {POLICE}" in problem["detail"]
    taken = {"to": POLICE, "step": "received"}
    refused = ("other", "transfers", at, "not-offered-to-you", "BLTTHS Điều 164, 169")
    await story.is_refused(STRANGER, *refused, **taken)
    await story.says(POLICE, "other", "transfers", "2026-03-20T09:00", **taken)
    state = await story.stands("other")
    assert (state["stage"], state["holder"]) == ("INVESTIGATION", POLICE)
    assert await story.period("other", "INV") == ("2026-07-10T00:00", "overdue", [POLICE])


async def they_are_joined(story: Story) -> None:
    join = {**JOIN, "cases": [story.ids["other"]]}
    answer = await story.says(POLICE, "case", "regroupings", "2026-03-23T09:00", **join)

    assert len(answer["event_ids"]) == 2  # One record for both streams, or none.
    joined = await story.stands("other")
    assert (joined["stage"], joined["joined_into"]) == ("JOINED", story.ids["case"])
    assert joined["holder"] == POLICE
    case = await story.stands("case")
    assert (case["stage"], case["holder"], case["joined_into"]) == ("INVESTIGATION", POLICE, None)
    assert (case["offences"], case["severity_class"]) == ([BROKERAGE, TRAFFICKING], "RNT")
    # BLTTHS Điều 172(4): by the gravest offence, four months, but from its own start on 2 March.
    assert await story.period("case", "INV") == ("2026-07-03T00:00", "overdue", [POLICE])
    assert await story.period("other", "INV") == ("2026-07-10T00:00", "closed", [])
    period = await story.office.deadline(COURT, story.subject("case"), "INV", nth=0)
    assert (period["recomputed"], period["why_vi"]) == (1, "4 tháng (tội phạm rất nghiêm trọng)")
    # BLTTHS Điều 170(3): the decision goes to the procuracy within 24 hours.
    assert (await story.period("case", "CASE-JOIN-SEND"))[0] == "2026-03-24T09:00"
    # What began about the other's accused runs here now; the other case says so.
    moved, left = [await story.of_accused(each, "other's accused") for each in ("case", "other")]
    assert moved == left
    assert {runs_in for _, runs_in in moved} == {story.subject("case")}


async def nothing_more_is_done_in_the_case_that_was_joined_in(story: Story) -> None:
    ends = {
        "kind": "first",
        "recommendation": "prosecute",
        "accused": [story.ids["other's accused"]],
        "offences": [TRAFFICKING],
        "conclusion_ref": "1/KLĐT",
    }
    longer = {"stage": "investigation", "seq": 1, "granted": True, "decision_ref": "1/QĐ-VKS"}
    longer["length"] = {"n": 4, "unit": "month"}
    back = {"to": HANOI, "reason": "Trả lại", "decision_ref": "2/QĐ"}
    again = {**JOIN, "cases": [story.ids["case"]], "decision_ref": "3/QĐ"}
    for by, what, article, said in (
        (POLICE, "conclusions", "BLTTHS Điều 232–234", ends),
        (PROCURACY, "extensions", "BLTTHS Điều 172", longer),
        (POLICE, "transfers", "BLTTHS Điều 164, 169", back),
        (POLICE, "regroupings", JOINING, again),
    ):
        refused = ("other", what, "2026-03-24T09:00", "wrong-stage", article)
        problem = await story.is_refused(by, *refused, **said)
        assert "đã nhập vào vụ án khác" in problem["detail"]
        assert (problem["stage"], problem["holder"]) == ("JOINED", POLICE)

    one_more = {
        "case_id": story.ids["other"],
        "charges": [TRAFFICKING],
        "identity": {"name": "Người Thứ Ba"},
        "age_at_offence": "18_plus",
        "decision_ref": "4/QĐ",
    }
    path, at = "/v1/persons/prosecutions", "2026-03-24T09:00:00+07:00"
    problem = await story.office.refused(POLICE, path, one_more, at=at)
    assert (problem["code"], problem["rule"]) == ("case-not-open", "BLTTHS Điều 179(1)")


async def its_accused_goes_on_in_the_other(story: Story) -> None:
    """Whom Hà Nội accused is now an accused of the joined case, under the hands that have it."""
    # BLTTHS Điều 173(1)(c): four months of thirty days from 26 March: 5 + 30 + 31 + 30 + 24.
    detention = {
        "stage": "investigation",
        "since": "2026-03-26",
        "to": "2026-07-24",
        "decision_ref": "1470/LTG-CSĐT",
    }
    who = "other's accused"
    asked = {**detention, "step": "requested", "sent_to": PROCURACY}
    late = {**asked, "to": "2026-07-25"}
    at, article = "2026-03-25T09:00", "BLTTHS Điều 119, 173"
    await story.is_refused(POLICE, who, "detentions", at, "detention-too-long", article, **late)
    await story.is_refused(HANOI, who, "detentions", at, "file-not-with-you", article, **asked)
    await story.says(POLICE, who, "detentions", at, **asked)
    approved = {**detention, "step": "approved"}
    await story.says(PROCURACY, who, "detentions", "2026-03-26T08:00", **approved)

    state = await story.stands(who)
    assert (state["stage"], state["case"]) == ("DETAINED", story.subject("case"))
    assert (await story.period(who, "DET"))[0] == "2026-07-25T00:00"


async def the_joined_case_is_concluded(story: Story) -> None:
    accused = [story.ids["case's accused"], story.ids["other's accused"]]
    ends = {
        "kind": "first",
        "recommendation": "prosecute",
        "accused": accused,
        "offences": [BROKERAGE, TRAFFICKING],
        "conclusion_ref": "1412/KLĐT-CSĐT",
    }
    await story.says(POLICE, "case", "conclusions", "2026-06-01T09:00", **ends)
    assert await story.period("case", "INV") == ("2026-07-03T00:00", "met", [])
    assert (await story.period("other's accused", "DET"))[1] == "met"

    file = {"to": "VKS", "receiver": PROCURACY, "documents": 900, "exhibits": 40}
    await story.says(POLICE, "case", "file-transmissions", "2026-06-02T09:00", **file)
    received = {**file, "step": "received"}
    await story.says(PROCURACY, "case", "file-transmissions", "2026-06-03T09:00", **received)
    state = await story.stands("case")
    assert (state["stage"], state["holder"]) == ("PROSECUTION", PROCURACY)
    assert state["accused"] == accused
    # BLTTHS Điều 240(1): thirty days for a very serious offence, from 3 June: Friday 3 July.
    assert (await story.period("case", "PROS"))[0] == "2026-07-04T00:00"


async def the_procuracy_splits_it(story: Story) -> None:
    broker, trafficker = story.ids["case's accused"], story.ids["other's accused"]
    part = {"case_no": "1031/QĐ-VKS", "offences": [BROKERAGE], "accused": [broker]}
    split = {"kind": "split", "reason": "Không ảnh hưởng sự thật", "decision_ref": "1030/QĐ-VKS"}
    at, what = "2026-06-10T09:00", "regroupings"

    def parted(*parts: dict[str, Any]) -> dict[str, Any]:
        return {**split, "parts": list(parts)}

    stranger = parted({**part, "accused": [str(uuid.uuid4())]})
    article = "BLTTHS Điều 60, 179"
    await story.is_refused(PROCURACY, "case", what, at, "not-accused-here", article, **stranger)
    wrong = ("case", what, at, "wrong-regrouping", JOINING)
    problem = await story.is_refused(
        PROCURACY, *wrong, **parted({**part, "offences": [SMUGGLING_IN]})
    )
    assert problem["pointer"] == "/parts/0/offences"
    twice = parted(part, {**part, "case_no": "1032/QĐ-VKS"})
    problem = await story.is_refused(PROCURACY, *wrong, **twice)
    assert problem["pointer"] == "/parts/1/accused"
    refused = ("case", what, at, "file-not-with-you", JOINING)
    await story.is_refused(POLICE, *refused, **parted(part))

    answer = await story.says(PROCURACY, "case", what, at, **parted(part))

    story.ids["part"] = answer["cases"]["1031/QĐ-VKS"]
    begun = await story.stands("part")
    assert (begun["stage"], begun["holder"]) == ("PROSECUTION", PROCURACY)
    assert (begun["split_from"], begun["accused"]) == (story.ids["case"], [broker])
    assert (begun["severity_class"], begun["offences"]) == ("NT", [BROKERAGE])
    # It goes on from where the case is, with what has run of the period for prosecuting.
    assert begun["period"] == {"rule": "PROS", "since": "2026-06-03", "granted": []}
    # Điều 240(1): twenty days for a serious offence, from 3 June: Tuesday 23 June.
    assert await story.period("part", "PROS") == ("2026-06-24T00:00", "overdue", [PROCURACY])
    assert (await story.stands("case"))["accused"] == [trafficker]
    ban = {"before": "none", "to": "residence_ban", "reason": "replaced", "decision_ref": "5/QĐ"}
    await story.says(PROCURACY, "case's accused", "measures", "2026-06-11T09:00", **ban)
    assert (await story.stands("case's accused"))["case"] == story.subject("part")


async def both_parts_are_indicted(story: Story) -> None:
    for name, number, accused, offence in (
        ("case", "1040/CT-VKS", "other's accused", TRAFFICKING),
        ("part", "1041/CT-VKS", "case's accused", BROKERAGE),
    ):
        indictment = {
            "indictment_no": number,
            "accused": [{"ref": story.ids[accused], "offence": offence}],
            "competent_court": COURT,
        }
        await story.says(PROCURACY, name, "indictments", "2026-06-22T09:00", **indictment)
        state = await story.stands(name)
        assert (state["stage"], state["indictment"]) == ("INDICTMENT_ISSUED", number)
    assert await story.period("case", "PROS") == ("2026-07-04T00:00", "met", [])
    assert await story.period("part", "PROS") == ("2026-06-24T00:00", "met", [])


async def the_timelines_tell_both_sides(story: Story) -> None:
    joined = f"{POLICE_VI} quyết định nhập vụ án: {{}}; 2 vụ án thành 1, theo 1460/QĐ-CSĐT."
    assert await story.timeline("other") == [
        f"{HANOI_VI} khởi tố {HANOI_TITLE}, tội phạm loại rất nghiêm trọng.",
        f"{HANOI_VI} chuyển {HANOI_TITLE}, nơi nhận {POLICE_VI}.",
        f"{POLICE_VI} nhận {HANOI_TITLE}, nơi nhận {POLICE_VI}.",
        joined.format(HANOI_TITLE),
    ]
    where = f"nơi nhận {PROCURACY_VI} (900 bút lục, 40 vật chứng)"
    assert await story.timeline("case") == [
        f"{POLICE_VI} khởi tố {TITLE}, tội phạm loại nghiêm trọng.",
        joined.format(TITLE),
        f"{POLICE_VI} kết thúc điều tra {TITLE}, đề nghị truy tố, kết luận số 1412/KLĐT-CSĐT.",
        f"{POLICE_VI} chuyển hồ sơ {TITLE}, {where}.",
        f"{PROCURACY_VI} nhận hồ sơ {TITLE}, {where}.",
        f"{PROCURACY_VI} quyết định tách vụ án: {TITLE}; 1 vụ án thành 2, theo 1030/QĐ-VKS.",
        f"{PROCURACY_VI} ban hành cáo trạng số 1040/CT-VKS đối với {TITLE}, "
        f"Tòa án có thẩm quyền: {COURT_VI}.",
    ]
    entries = await story.office.entries(COURT, story.subject("part"))
    assert entries[0]["topic"] == "cases.case_split_off.v1"


async def each_has_heard_what_was_its_own(story: Story) -> None:
    async def heard(agency: str, who: str) -> list[str]:
        subject = story.subject(who)
        return [
            each["type"].split(".")[1]
            for each in await story.office.heard(agency)
            if each["type"].startswith("cases.") and each["subject"] == subject
        ]

    assert await heard(HANOI, "other") == [
        "case_prosecution_instituted",
        "case_transferred",
        "case_transferred",
        "cases_regrouped",
    ]
    assert await heard(HANOI, "case") == []
    assert await heard(POLICE, "other") == [
        "case_transferred",
        "case_transferred",
        "cases_regrouped",  # Since they have received it.
    ]
    assert "cases_regrouped" in await heard(POLICE, "case")
    assert await heard(COURT, "case") == await heard(COURT, "part") == ["indictment_issued"]
    assert await heard(STRANGER, "case") == await heard(STRANGER, "other") == []
