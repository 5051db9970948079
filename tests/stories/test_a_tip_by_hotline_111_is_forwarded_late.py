"""Hotline 111 passes a tip on four days late; the police verify it and institute a case upon it.

The log stamps what is recorded with the database's own clock. So that the clock of the law can
speak of what falls due, this story lies ahead of it, in March and April 2031, in a system of its
own whose clock stands where the story is. Nobody in it is real.
"""

from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import aiohttp
import pytest

from services.registry import SERVICES
from shared.config import Config
from shared.system import running
from tests.running import World, until
from tests.stories.office import Office

VIETNAM = ZoneInfo("Asia/Ho_Chi_Minh")
HOTLINE = "HOTLINE_111-VN"
POLICE = "CQCSDT_TINH-P34-40"
STRANGER = "CQCSDT_TINH-P34-22"
"""The police of Quảng Ninh: nothing of this is theirs."""
COMMUNE = "CA_XA-P34-40-16681"
HEALTH = "SO_YTE-P34-40"

HOTLINE_VI = "Tổng đài điện thoại quốc gia phòng, chống mua bán người 111"
POLICE_VI = "Cơ quan Cảnh sát điều tra Công an tỉnh Nghệ An"
NUMBER = "138/2031"
TIP = f"tin báo số {NUMBER} của {HOTLINE_VI}"
LATE = "Quá hạn: thời hạn “Thông báo kết quả tiếp nhận” (Điều 14(1)), hạn cuối ngày 06/03/2031."

INFORMANT = "Lê Thị Chim Khuyên"
PHONE = "0912 138 111"
CONTENT = "Chim Khuyên kể có người rủ hai cháu sang bên kia biên giới làm việc nhẹ"
PLACE = "Ngõ Chim Khuyên số 7"
SEALED = ("Chim Khuyên", PHONE, PHONE.replace(" ", ""), "hai cháu")
"""What nobody but the vault may say."""

WAY = {"kind": "hotline_forward", "to": POLICE}


@dataclass
class Hands:
    """The hands of the system's clock; whoever says something sets them to when it happened."""

    now: datetime

    def __call__(self) -> datetime:
        return self.now


@dataclass
class Story:
    """One tip as it goes on."""

    office: Office
    hands: Hands
    id: str = ""
    answers: list[Any] = field(default_factory=list)
    """All that anybody was answered."""
    read: tuple[dict[str, int], list[dict[str, Any]]] = ({}, [])
    """The periods as they were when the logs stood there."""

    @property
    def subject(self) -> str:
        return f"tip:{self.id}"

    async def says(self, by: str, path: str, at: str, /, **said: Any) -> dict[str, Any]:
        """Somebody says something as it happens."""
        self.hands.now = moment(at)
        answer = await self.office.says(by, path, said, at=self.hands.now.isoformat())
        self.answers.append(answer)
        return answer

    async def goes_on(self, by: str, what: str, at: str, then: str, /, **said: Any) -> None:
        """Somebody says the next thing of the tip, which is at that stage then."""
        await self.says(by, f"/v1/tips/{self.id}/{what}", at, **said)
        assert (await self.stands())["stage"] == then

    async def is_refused(
        self, by: str, what: str, at: str, code: str, rule: str, /, **said: Any
    ) -> dict[str, Any]:
        """Somebody says what may not be; the refusal has that code and names the article."""
        self.hands.now = max(self.hands.now, moment(at))
        path = f"/v1/tips/{self.id}/{what}" if what else "/v1/tips"
        problem = await self.office.refused(by, path, said, at=moment(at).isoformat())
        assert (problem["code"], rule in problem.get("rule", "")) == (code, True), problem
        self.answers.append(problem)
        return problem

    async def stands(self) -> dict[str, Any]:
        """The tip as readers see it."""
        state = await self.office.state(POLICE, self.subject)
        self.answers.append(state)
        return state

    async def period(self, rule: str) -> dict[str, Any]:
        """The last period of a rule, with its moments in Viet Nam's time."""
        level = await self.office.settled()
        if self.read[0] != level:
            self.read = level, await self.office.deadlines(POLICE, subject=self.subject)
            self.answers.append(self.read[1])
        mine = [each for each in self.read[1] if each["rule"] == rule]
        found = max(mine, key=lambda each: str(each["started_at"]))
        moments = {name: clock(found[name]) for name in ("due", "started_at", "ended_at")}
        return {**found, **moments, "agencies": [each["id"] for each in found["agencies"]]}


def moment(text: str) -> datetime:
    """`2031-03-03T20:15` in Viet Nam."""
    return datetime.fromisoformat(f"{text}:00+07:00")


def clock(text: str | None) -> str | None:
    """A moment of an answer as the clocks of Viet Nam show it: `2031-03-03T20:15`."""
    if text is None:
        return None
    return datetime.fromisoformat(text).astimezone(VIETNAM).strftime("%Y-%m-%dT%H:%M")


def tip(**other: Any) -> dict[str, Any]:
    """What the operator writes down."""
    return {
        "kind": "tin_bao",
        "channel": "hotline_111",
        "receipt_no": NUMBER,
        "informant": {"name": INFORMANT, "phone": PHONE},
        "consent_contact": True,
        "content": CONTENT,
        "place": "P34-40-16681",
        "place_detail": PLACE,
        "suspected_offence": "150",
        "modus": ["light_work_high_pay"],
        "route": "LA",
        "child_involved": True,
        **other,
    }


@pytest.fixture
async def story(data_folder: Callable[[], Path]) -> AsyncIterator[Story]:
    """A system whose clock stands at the beginning of the story."""
    hands = Hands(moment("2031-03-03T20:00"))
    config = Config(data=data_folder(), http_port=0)
    async with (
        running(config, SERVICES, clock=hands) as system,
        aiohttp.ClientSession() as http,
    ):
        yield Story(Office(World(system, http)), hands)


async def test_a_tip_that_the_hotline_passes_on_late_still_becomes_a_case(story: Story) -> None:
    await the_hotline_takes_it_down(story)
    await whom_it_does_not_concern_is_refused(story)
    await four_days_go_by(story)
    await the_hotline_passes_it_on(story)
    await only_these_learn_who_told(story, HOTLINE)
    await the_police_take_it_over(story)
    await only_these_learn_who_told(story, HOTLINE, POLICE)
    await the_police_verify_it_with_one_extension(story)
    await a_case_is_instituted_upon_it(story)

    assert await story.office.timeline(HEALTH, story.subject, "cases") == [
        f"{HOTLINE_VI} tiếp nhận {TIP} qua Tổng đài 111.",
        f"{HOTLINE_VI} chuyển {TIP}, nơi nhận {POLICE_VI}, từ Tổng đài 111.",
        f"{HOTLINE_VI} thông báo việc tiếp nhận cho người cung cấp tin: {TIP}.",
        f"{POLICE_VI} nhận {TIP}, nơi nhận {POLICE_VI}, từ Tổng đài 111.",
        f"{POLICE_VI} phân loại {TIP}: có dấu hiệu tội phạm, đề xuất xem xét khởi tố vụ án "
        "(khoản 2 Điều 150 BLHS).",
        f"{POLICE_VI} phân công giải quyết {TIP} theo quyết định 139/QĐ-CSĐT.",
        f"{POLICE_VI} quyết định về việc kéo dài, gia hạn thời hạn kiểm tra, xác minh lần 1 "
        f"đối với {TIP} đến hết ngày 07/05/2031.",
        f"{POLICE_VI} khởi tố vụ án từ {TIP}.",
        f"{POLICE_VI} thông báo kết quả giải quyết cho người cung cấp tin: {TIP}.",
    ]
    whole = await story.office.reads(HEALTH, "/v1/timeline", subject=story.subject, limit=500)
    assert LATE in [each["vi"] for each in whole["entries"]]
    await those_whose_it_was_have_heard_of_it(story)
    await nothing_sealed_was_said_to_anybody(story)


async def the_hotline_takes_it_down(story: Story) -> None:
    answer = await story.says(HOTLINE, "/v1/tips", "2031-03-03T20:15", **tip())
    story.id = answer["tip_id"]

    state = await story.stands()
    assert (state["stage"], state["holder"], state["urgent"]) == ("received", HOTLINE, True)
    assert (state["informant"], state["content"]) == ("sealed", "sealed")
    # NĐ 162/2025 Điều 4–6: it is passed on “ngay”, at once, for which no law gives a figure.
    at_once = await story.period("VIC-HOTLINE-PASS")
    assert (at_once["due"], at_once["agencies"]) == ("2031-03-03T20:15", [HOTLINE])
    assert at_once["why_vi"] == "“ngay”: luật không định số giờ"
    # TTLT 01/2017 Điều 14(1): three working days from Monday: Tuesday 4, 5, Thursday 6 March.
    told = await story.period("TIP-NOTIFY-INFORMANT")
    assert (told["due"], told["agencies"]) == ("2031-03-07T00:00", [HOTLINE])
    assert (told["article"], told["state"]) == ("Điều 14(1)", "running")


async def whom_it_does_not_concern_is_refused(story: Story) -> None:
    at, holds_not = "2031-03-03T21:00", "file-not-with-you"
    rule = "TTLT 01/2017 Điều 8(1)–(4)"
    other = {"kind": "competence", "to": POLICE}
    problem = await story.is_refused(STRANGER, "transfers", at, holds_not, rule, **other)
    assert problem["holder"] == HOTLINE and "20:15 ngày 03/03/2031" in problem["detail"]

    rule = "competence:cases.tip_classified.v1"
    said = {"classification": "crime"}
    await story.is_refused(HOTLINE, "classifications", at, "not-competent", rule, **said)

    unknown = {**tip(receipt_no="139/2031"), "modus": ["kidnapping"]}
    problem = await story.is_refused(HOTLINE, "", at, "fields", "", **unknown)
    assert problem["pointer"].startswith("/modus/0")

    dead_end = {"kind": "hotline_forward", "to": HEALTH}
    rule = "NĐ 162/2025/NĐ-CP Điều 4–6"
    await story.is_refused(HOTLINE, "transfers", at, "wrong-receiver", rule, **dead_end)


async def four_days_go_by(story: Story) -> None:
    """Nobody does anything with it. What others say on Friday lets the clock look at its hands."""
    another = {"kind": "tin_bao", "channel": "in_person", "receipt_no": "9/2031", "content": "Khác"}
    await story.says(COMMUNE, "/v1/tips", "2031-03-07T08:00", **another)

    async def the_clock_has_spoken() -> bool:
        path = f"/v1/deadlines?state=missed&agency={HOTLINE}"
        missed = await story.office.reads(POLICE, path)
        rules = {d["rule"] for d in missed["deadlines"] if d["subject"] == story.subject}
        return "TIP-NOTIFY-INFORMANT" in rules

    await until(the_clock_has_spoken)
    missed = await story.period("TIP-NOTIFY-INFORMANT")
    assert (missed["state"], clock(missed["missed_at"])) == ("overdue", "2031-03-07T08:00")
    # “Ngay” is never missed, for want of a figure: after a day the clock warns, and it stays open.
    at_once = await story.period("VIC-HOTLINE-PASS")
    assert (at_once["state"], at_once["warned"], at_once["missed_at"]) == ("overdue", "warn", None)

    said = [
        (each["type"], each["data"]["rule"], clock(each["time"]))
        for each in await story.office.heard(HOTLINE)
        if each["type"].startswith("deadlines.") and story.subject in each["subjects"]
    ]
    warned, late = "deadlines.deadline_warning_raised.v1", "deadlines.deadline_missed.v1"
    assert (warned, "VIC-HOTLINE-PASS", "2031-03-04T20:15") in said
    assert (late, "TIP-NOTIFY-INFORMANT", "2031-03-07T00:00") in said


async def the_hotline_passes_it_on(story: Story) -> None:
    await story.goes_on(HOTLINE, "transfers", "2031-03-07T09:00", "transferred", **WAY)

    state = await story.stands()
    assert (state["holder"], state["offered_to"]) == (HOTLINE, POLICE)
    at_once = await story.period("VIC-HOTLINE-PASS")
    assert (at_once["state"], at_once["in_time"]) == ("met", None)
    assert at_once["ended_at"] == "2031-03-07T09:00"
    # From Monday 20:15 to Friday 09:00.
    assert at_once["remaining_vi"] == "quá 3 ngày 12 giờ"

    notice = {"kind": "receipt", "to": "informant", "medium": "phone"}
    await story.goes_on(HOTLINE, "notices", "2031-03-07T09:30", "transferred", **notice)
    told = await story.period("TIP-NOTIFY-INFORMANT")
    assert (told["state"], told["in_time"], told["ended_at"]) == (
        "missed",
        False,
        "2031-03-07T09:30",
    )

    rule, elsewhere = "NĐ 162/2025", {"kind": "hotline_forward", "to": STRANGER}
    at = "2031-03-07T09:45"
    await story.is_refused(HOTLINE, "transfers", at, "on-its-way", rule, **elsewhere)
    taken = {**WAY, "step": "received"}
    await story.is_refused(STRANGER, "transfers", at, "not-offered-to-you", rule, **taken)


async def the_police_take_it_over(story: Story) -> None:
    taken = {**WAY, "step": "received"}
    await story.goes_on(POLICE, "transfers", "2031-03-07T10:30", "received", **taken)
    state = await story.stands()
    assert (state["holder"], state["offered_to"]) == (POLICE, None)
    # From now on the police's own periods run. TTLT 01/2017 Điều 8(1): 24 hours.
    classify = await story.period("TIP-CLASSIFY")
    assert (classify["due"], classify["agencies"]) == ("2031-03-08T10:30", [POLICE])
    # Điều 9(1): three days from Friday end on Monday 10 March.
    assign = await story.period("TIP-ASSIGN")
    assert (assign["due"], assign["agencies"]) == ("2031-03-11T00:00", [POLICE])
    # BLTTHS Điều 147(1): twenty days from 7 March end on Thursday 27 March.
    resolve = await story.period("TIP-RESOLVE")
    assert (resolve["due"], resolve["agencies"]) == ("2031-03-28T00:00", [POLICE])

    crime = {"classification": "crime", "suspected": {"article": "150", "clause": 2}}
    await story.goes_on(POLICE, "classifications", "2031-03-07T16:00", "in_hand", **crime)
    classify = await story.period("TIP-CLASSIFY")
    assert (classify["state"], classify["in_time"]) == ("met", True)
    # What is classified as a crime suggests to institute a case, until that is decided.
    suggested = (await story.stands())["institution_suggested"]
    assert (suggested["to"], suggested["severity"]) == (POLICE, "RNT")
    assert suggested["period"] == "TIP-RESOLVE"
    rule, again = "TTLT 01/2017 Điều 8(1), (2)", {"classification": "administrative"}
    at = "2031-03-07T17:00"
    problem = await story.is_refused(POLICE, "classifications", at, "wrong-stage", rule, **again)
    assert "đã phân loại, chờ phân công" in problem["detail"] and POLICE in problem["detail"]


async def only_these_learn_who_told(story: Story, *known: str) -> None:
    [event], names = story.answers[0]["event_ids"], {}
    for by in (HOTLINE, POLICE, STRANGER, HEALTH):
        told = await story.office.learns(by, event, "informant", "investigator")
        names[by] = told and told["name"]
    assert {by: name for by, name in names.items() if name} == dict.fromkeys(known, INFORMANT)


async def the_police_verify_it_with_one_extension(story: Story) -> None:
    handler = {"handler": "dtv.138", "decision_no": "139/QĐ-CSĐT"}
    await story.goes_on(POLICE, "handlers", "2031-03-10T08:00", "verifying", **handler)
    assert (await story.period("TIP-ASSIGN"))["state"] == "met"

    more = {"seq": 1, "stage": "decided", "granted": True, "reason": "Nhiều nơi phải xác minh"}
    more |= {"doc_ref": "140/QĐ-CSĐT"}
    at, rule = "2031-03-24T09:00", "BLTTHS Điều 147(2); TTLT 01/2017 Điều 11"
    # BLTTHS Điều 147(2): two months in all from the receipt on 7 March, so until 7 May.
    long = {**more, "until": "2031-05-08"}
    problem = await story.is_refused(POLICE, "extensions", at, "extension-length", rule, **long)
    assert problem["latest"] == "2031-05-07"
    lawful = {**more, "until": "2031-05-07"}
    await story.goes_on(POLICE, "extensions", at, "verifying", **lawful)
    resolve = await story.period("TIP-RESOLVE")
    assert (resolve["due"], resolve["state"]) == ("2031-05-08T00:00", "running")
    [extension] = resolve["extensions"]
    assert (extension["seq"], extension["decided_by"], extension["flags"]) == (1, POLICE, [])

    twice = {**more, "until": "2031-05-06", "doc_ref": "150/QĐ-CSĐT"}
    at, code = "2031-03-31T09:00", "extension-out-of-order"
    await story.is_refused(POLICE, "extensions", at, code, rule, **twice)


async def a_case_is_instituted_upon_it(story: Story) -> None:
    case = {
        "case_no": "160/QĐ-CSĐT",
        "from_tips": [story.id],
        "offences": [{"article": "150", "clause": 2}],
        "place": "P34-40-16681",
    }
    answer = await story.says(POLICE, "/v1/cases", "2031-04-14T08:00", **case)

    state = await story.stands()
    assert (state["stage"], state["case"]) == ("case_instituted", f"case:{answer['case_id']}")
    assert state["institution_suggested"] is None
    resolve = await story.period("TIP-RESOLVE")
    assert (resolve["state"], resolve["in_time"]) == ("met", True)
    # TTLT 01/2017 Điều 14(3): three days from Monday 14 April end on Thursday 17 April.
    assert (await story.period("TIP-RESULT"))["due"] == "2031-04-18T00:00"
    result = {"kind": "result", "to": "informant", "medium": "document"}
    await story.goes_on(POLICE, "notices", "2031-04-16T09:00", "case_instituted", **result)
    assert (await story.period("TIP-RESULT"))["state"] == "met"


async def those_whose_it_was_have_heard_of_it(story: Story) -> None:
    async def heard(agency: str) -> list[str]:
        topics = await story.office.heard_about(agency, story.subject)
        return [each.split(".")[1] for each in topics if each.startswith("cases.")]

    assert await heard(HOTLINE) == [
        "tip_received",
        "tip_transferred",
        "tip_informant_notified",
        "tip_transferred",
        "tip_classified",
        "tip_led_to_case",
        "tip_informant_notified",
    ]
    assert await heard(POLICE) == [
        "tip_transferred",
        "tip_transferred",
        "tip_classified",
        "tip_handler_assigned",
        "tip_verification_extended",
        "tip_led_to_case",
        "tip_informant_notified",
    ]
    assert await heard(STRANGER) == await heard(HEALTH) == []


async def nothing_sealed_was_said_to_anybody(story: Story) -> None:
    everything = [
        story.answers,
        await story.office.reads(HOTLINE, "/v1/timeline", subject=story.subject, limit=500),
        await story.office.deadlines(HOTLINE, subject=story.subject),
        await story.office.heard(HOTLINE),
        await story.office.heard(POLICE),
        await story.office.reads(HOTLINE, "/v1/feed", limit=500),
    ]

    text = str(everything)
    assert NUMBER in text
    assert [each for each in SEALED if each in text] == []
