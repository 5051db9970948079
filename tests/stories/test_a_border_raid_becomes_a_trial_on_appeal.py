"""A raid at the border becomes a case, and the case a judgment on appeal that is in force.

Border Guard, police, procuracy, regional court and provincial court of Nghệ An each say their part
over HTTP and hear of the others over NATS, from July 2025 to July 2026. It is all recorded long
after it happened, which is allowed and marked. Nobody in it is real.
"""

from typing import Any

from tests.running import World
from tests.stories.office import CaseStory, Office

COMMITTEE, BORDER = "BCD138_TINH-P34-40", "BCH_BDBP_KV-P34-40"
PATROL, POLICE = "CA_TINH-P34-40", "CQCSDT_TINH-P34-40"
PROCURACY, HEALTH = "VKSND_TINH-P34-40", "SO_YTE-P34-40"
COURT, APPEAL_COURT = "TAND_KV-P34-40", "TAND_TINH-P34-40"
REGIONAL_PROCURACY = "VKSND_KV-P34-40"
STRANGER, STRANGE_PROCURACY = "CQCSDT_TINH-P34-22", "VKSND_TINH-P34-22"
"""Of Quảng Ninh: nothing of this is theirs."""
NAMES = {
    BORDER: "Ban Chỉ huy Bộ đội Biên phòng tỉnh Nghệ An",
    POLICE: "Cơ quan Cảnh sát điều tra Công an tỉnh Nghệ An",
    PROCURACY: "Viện kiểm sát nhân dân tỉnh Nghệ An",
    COURT: "Tòa án nhân dân khu vực thuộc tỉnh Nghệ An",
    APPEAL_COURT: "Tòa án nhân dân tỉnh Nghệ An",
}
CASE = f"vụ án theo quyết định khởi tố số 138/QĐ-BP của {NAMES[BORDER]}"
RAID = f"đợt đấu tranh, triệt phá của {NAMES[BORDER]}"
HELD = f"người bị bắt, giữ do {NAMES[BORDER]} ghi nhận"
COMMUNE = "P34-40-16681"
TRAFFICKING = {"article": "150", "clause": 2}
"""8 to 15 years: very serious (RNT)."""
SECRETS = ("Trần Văn Sơn Ca", "Nhà kho sau bến Sơn Ca")
"""Who it is and where it was; both are sealed."""
THERE = {"accused": 2, "victims": 2, "public": 120}
OPEN = "overdue"
"""How a period of those days that nothing has ended yet reads today."""


async def test_a_border_raid_becomes_a_trial_on_appeal(world: World) -> None:
    office = Office(world)
    raid, persons = await the_border_guard_raids(office)
    case = CaseStory(office, NAMES, COMMITTEE, CASE)

    await it_institutes_and_transfers_within_seven_days(case)
    await the_police_investigate_with_more_time(case, persons)
    await the_procuracy_returns_the_file_twice_and_not_thrice(case, persons)
    await it_indicts_and_the_court_accepts(case, persons)
    await the_trial_goes_to_the_people_and_a_child_is_not_exhibited(case)
    await the_court_judges(case, persons)
    await the_procuracy_protests_and_the_provincial_court_judges_again(case, persons)

    await the_timeline_tells_it_and_somebody_always_had_the_file(case)
    await each_party_has_heard_its_part_and_strangers_nothing(case, raid)


async def the_border_guard_raids(office: Office) -> tuple[str, list[str]]:
    """Within a campaign, with the police, by an operation that stays secret."""
    campaign = {
        "kind": "suppression",
        "window": {"from": "2025-07-15", "to": "2025-09-30"},
        "scope": ["P34-40"],
        "theme": "Cao điểm tuyến biên giới",
        "lead": BORDER,
    }
    answer = await office.says(COMMITTEE, "/v1/campaigns", campaign, at="2025-07-10T08:00:00+07:00")
    launch = {"area": COMMUNE, "place_detail": SECRETS[1], "participants": [PATROL]}
    launch["campaign_id"] = peak = answer["campaign_id"]
    at = "2025-07-21T08:00:00+07:00"
    answer = await office.says(BORDER, "/v1/operations", {"lead": BORDER}, at=at)
    launch["operation_ref"] = answer["operation_ref"]
    problem = await office.refused(BORDER, "/v1/raids", launch, at="2025-10-01T20:00:00+07:00")
    assert problem["code"] == "outside-campaign"
    answer = await office.says(BORDER, "/v1/raids", launch, at="2025-08-04T20:00:00+07:00")
    raid, persons = f"raid:{answer['raid_id']}", []
    assert (await office.state(PATROL, raid))["area"] is None
    for agency, entries in ((PATROL, 1), (STRANGER, 0)):  # It is theirs alone while it goes on.
        assert len(await office.entries(agency, raid)) == entries
    status, problem = await office.world.get(STRANGER, f"/v1/raid/{answer['raid_id']}")
    assert (status, problem["code"]) == (404, "not-found")
    for minute in ("05", "10"):
        hold = {"kind": "flagrante", "place": COMMUNE, "identity": {"name": SECRETS[0]}}
        at = f"2025-08-04T21:{minute}:00+07:00"
        persons.append((await office.says(BORDER, "/v1/persons", hold, at=at))["person_ref"])
    path = f"/v1/raids/{answer['raid_id']}/conclusions"
    results = {
        "suspects_held": 2,
        "victims_found": 2,
        "children_found": 1,
        "ring_dismantled": True,
        "evidence_items": 14,
        "handover_to": HEALTH,
    }
    await office.says(BORDER, path, results, at="2025-08-04T23:30:00+07:00")
    path, summed_up = f"/v1/campaigns/{peak}/conclusions", {"lessons": "Phối hợp sớm hơn."}
    await office.says(BORDER, path, summed_up, at="2025-09-30T17:00:00+07:00")

    assert (await office.state(STRANGER, raid))["area"] == COMMUNE
    assert await office.timeline(STRANGER, raid, "cases") == [
        f"{NAMES[BORDER]} tổ chức {RAID}, 2 cơ quan tham gia.",
        f"{NAMES[BORDER]} kết thúc {RAID}, thu giữ 14 tang vật.",
    ]
    [window] = await office.deadlines(BORDER, subject=f"campaign:{peak}")
    assert (window["rule"], window["state"]) == ("CAMPAIGN-WINDOW", "met")
    return raid, persons


async def it_institutes_and_transfers_within_seven_days(case: CaseStory) -> None:
    said: dict[str, Any] = {"case_no": "138/QĐ-BP", "offences": [TRAFFICKING], "place": COMMUNE}
    said |= {"route": "LA", "flagrante": True, "organised": True, "victims_known": 2}
    organs = said | {"offences": [{"article": "154", "clause": 1}]}
    for agency, body, code, rule in (
        (BORDER, organs, "offence-beyond-body", "BLTTHS Điều 164"),
        (STRANGER, said, "outside-area", "BLTTHS Điều 163"),
    ):
        at = "2025-08-05T08:00:00+07:00"
        problem = await case.office.refused(agency, "/v1/cases", body, at=at)
        assert problem["code"] == code and rule in problem["rule"]

    words = "khởi tố {case}, tội phạm loại rất nghiêm trọng."
    await case.begins(BORDER, said, "2025-08-05T08:00", words, ("BG_INITIAL", BORDER))

    await case.period("CASE-BG-TRANSFER", "2025-08-12", OPEN, BORDER)
    await case.period("INV", "2025-12-05", OPEN, BORDER)
    said = {"step": "offered", "to": POLICE, "reason": "Thẩm quyền", "decision_ref": "12/QĐ-BP"}
    words = f"chuyển {{case}}, nơi nhận {NAMES[POLICE]}."
    stands = ("BG_INITIAL", BORDER)
    await case.goes_on(BORDER, "transfers", "2025-08-11T09:00", words, stands, **said)
    said, at = {"step": "received", "to": POLICE}, "2025-08-12T14:00"
    code, rule = "not-offered-to-you", "BLTTHS Điều 164"
    await case.is_refused(STRANGER, "transfers", at, code, rule, **said)
    words = f"nhận {{case}}, nơi nhận {NAMES[POLICE]}."
    await case.goes_on(POLICE, "transfers", at, words, ("INVESTIGATION", POLICE), **said)
    await case.period("CASE-BG-TRANSFER", "2025-08-12", "met", BORDER)
    await case.period("INV", "2025-12-05", OPEN, POLICE)  # It goes on for who has the case now.


async def the_police_investigate_with_more_time(case: CaseStory, persons: list[str]) -> None:
    for person, number in zip(persons, ("17/QĐ-KTBC", "18/QĐ-KTBC"), strict=True):
        said: dict[str, Any] = {"case_id": case.subject.removeprefix("case:")}
        said |= {"charges": [TRAFFICKING], "identity": {"name": SECRETS[0]}}
        said |= {"age_at_offence": "18_plus", "decision_ref": number}
        said["received_by_vks_at"] = "2025-08-14T15:00:00+07:00"
        path = f"/v1/persons/{person}"
        at = "2025-08-14T09:00:00+07:00"
        await case.office.says(POLICE, f"{path}/prosecutions", said, at=at)
        approval = number.replace("KTBC", "VKS")
        said = {"subject": "institution", "outcome": "approved", "decision_ref": approval}
        at = "2025-08-15T09:00:00+07:00"
        await case.office.says(PROCURACY, f"{path}/reviews", said, at=at)
        words = "phê chuẩn quyết định khởi tố bị can đối với"
        assert await case.office.timeline(COMMITTEE, f"person:{person}", "cases") == [
            f"{NAMES[BORDER]} bắt, giữ người phạm tội quả tang.",
            f"{NAMES[POLICE]} khởi tố {HELD}, tội phạm loại rất nghiêm trọng.",
            f"{NAMES[PROCURACY]} {words} {HELD}, theo {approval}.",
        ]
    await case.period("ACC-APPROVE", "2025-08-18", "met")  # Three days end on Sunday the 17th.

    said = {"stage": "investigation", "seq": 1, "granted": True, "requested_on": "2025-11-20"}
    said |= {"length": {"n": 5, "unit": "month"}, "decision_ref": "88/QĐ-VKS"}
    at, code, rule = "2025-11-24T10:00", "extension-too-long", "BLTTHS Điều 172(2)"
    await case.is_refused(PROCURACY, "extensions", at, code, rule, **said)
    said["length"] = {"n": 4, "unit": "month"}
    code, rule = "wrong-approver", "BLTTHS Điều 172(5)"
    await case.is_refused(POLICE, "extensions", at, code, rule, **said)
    words = "quyết định về gia hạn lần 1 thời hạn điều tra, {case}, theo 88/QĐ-VKS."
    await case.goes_on(PROCURACY, "extensions", at, words, ("INVESTIGATION", POLICE), **said)
    longer = await case.period("INV", "2026-04-06", OPEN)  # 5 April is a Sunday.
    [extension] = longer["extensions"]
    assert (extension["decided_by"], extension["flags"]) == (PROCURACY, [])
    assert extension["article"] == "172(2),(5)" and "rất nghiêm trọng" in longer["why_vi"]

    at, code, rule = "2025-12-22T14:00", "file-not-with-you", "BLTTHS Điều 232"
    said = conclusion(persons, "first", "09/KLĐT")
    await case.is_refused(BORDER, "conclusions", at, code, rule, **said)
    await concludes(case, "2025-12-22T15:00", said)
    await case.period("INV", "2026-04-06", "met")
    await case.period("INV-CONCL-DELIVER", "2025-12-24", OPEN, POLICE)


def conclusion(persons: list[str], kind: str, number: str) -> dict[str, Any]:
    said = {"kind": kind, "recommendation": "prosecute", "accused": persons}
    return {**said, "offences": [TRAFFICKING], "conclusion_ref": number}


async def concludes(case: CaseStory, at: str, said: dict[str, Any]) -> None:
    words = f"kết thúc điều tra {{case}}, đề nghị truy tố, kết luận số {said['conclusion_ref']}."
    await case.goes_on(POLICE, "conclusions", at, words, ("CONCLUDED", POLICE), **said)


async def the_procuracy_returns_the_file_twice_and_not_thrice(
    case: CaseStory, persons: list[str]
) -> None:
    await case.hands_on(POLICE, PROCURACY, "VKS", "2025-12-23", "PROSECUTION")
    await case.period("INV-CONCL-DELIVER", "2025-12-24", "met", POLICE)
    await case.period("PROS", "2026-01-22", OPEN, PROCURACY)

    await returns(case, 1, "2026-01-12")
    await case.period("PROS", "2026-01-22", "met")
    await case.period("INV-SUPP-VKS", "2026-03-12", OPEN, POLICE)
    await concludes(case, "2026-02-12T16:00", conclusion(persons, "supplementary", "10/KLĐT"))
    await case.period("INV-SUPP-VKS", "2026-03-12", "met")
    # Two days end in the holidays of Tết; the next working day is Monday the 23rd.
    await case.period("INV-CONCL-DELIVER", "2026-02-23", OPEN, POLICE)
    back = ("PROSECUTION", "after_supplement")
    await case.hands_on(POLICE, PROCURACY, "VKS", "2026-02-23", *back)
    await case.period("PROS", "2026-03-25", OPEN, PROCURACY)

    await returns(case, 2, "2026-03-10")
    await case.period("INV-SUPP-VKS", "2026-05-11", OPEN, POLICE)  # 10 May is a Sunday.
    await concludes(case, "2026-04-06T09:00", conclusion(persons, "supplementary", "11/KLĐT"))
    await case.hands_on(POLICE, PROCURACY, "VKS", "2026-04-07", *back)

    at, code, rule = "2026-04-20T09:00", "too-many-returns", "BLTTHS Điều 174(2)"
    problem = await case.is_refused(PROCURACY, "returns", at, code, rule, **returning(3))
    assert (problem["by"], problem["limit"]) == ("VKS", 2)


def returning(time: int) -> dict[str, Any]:
    said = {"by": "VKS", "kind": "supplementary", "returned_to": POLICE}
    return {**said, "issues": ["Làm rõ đường qua biên giới."], "decision_ref": f"{time}/QĐ-VKS"}


async def returns(case: CaseStory, time: int, day: str) -> None:
    """The procuracy sends the file back, and keeps it until the police have it."""
    words = f"trả hồ sơ để điều tra bổ sung, lần {time}: {{case}}, cho {NAMES[POLICE]}."
    stands = ("SUPPLEMENTARY", PROCURACY)
    await case.goes_on(PROCURACY, "returns", f"{day}T08:30", words, stands, **returning(time))
    await case.receives(POLICE, "CQDT", f"{day}T15:00", ("SUPPLEMENTARY", POLICE))


async def it_indicts_and_the_court_accepts(case: CaseStory, persons: list[str]) -> None:
    said: dict[str, Any] = {"indictment_no": "21/CT-VKS", "competent_court": COURT}
    said["accused"] = [{"ref": each, "offence": TRAFFICKING} for each in persons]
    words = "ban hành cáo trạng số 21/CT-VKS đối với {case}, Tòa án có thẩm quyền: "
    words, stands = f"{words}{NAMES[COURT]}.", ("INDICTMENT_ISSUED", PROCURACY)
    await case.goes_on(PROCURACY, "indictments", "2026-04-22T10:00", words, stands, **said)
    await case.period("PROS", "2026-05-07", "met", PROCURACY)
    # Three days end on Saturday; Sunday is the day of the Hùng Kings, Monday is off in its place.
    await case.period("PROS-FILE-COURT", "2026-04-28", OPEN, PROCURACY)

    said = {"level": "first_instance", "docket_no": "31/2026/TLST-HS", "file_complete": True}
    at, code, rule = "2026-04-23T08:00", "wrong-stage", "BLTTHS Điều 276"
    problem = await case.is_refused(COURT, "acceptances", at, code, rule, **said)
    assert problem["holder"] == PROCURACY and "đã có cáo trạng" in problem["detail"]
    await case.hands_on(PROCURACY, COURT, "COURT", "2026-04-24", "INDICTED")
    await case.period("PROS-FILE-COURT", "2026-04-28", "met", PROCURACY)
    words, stands = "thụ lý sơ thẩm {case}, số 31/2026/TLST-HS.", ("TRIAL_PREPARATION", COURT)
    await case.goes_on(COURT, "acceptances", "2026-04-28T08:00", words, stands, **said)
    await case.period("TRIAL-PREP", "2026-06-29", OPEN, COURT)  # 28 June is a Sunday.


async def the_trial_goes_to_the_people_and_a_child_is_not_exhibited(case: CaseStory) -> None:
    mobile = {"format": "mobile", "reason": "education", "requested_by": "138"}
    at, code, rule = "2026-05-04T09:00", "victims-protected", "BLTTHS Điều 25"
    said: dict[str, Any] = {**mobile, "publicity": True, "child_victim": True}
    problem = await case.is_refused(COURT, "trial-formats", at, code, rule, **said)
    assert problem["protections"] == ["child_victim", "no_consent"]
    said = {**mobile, "child_victim": True, "victims_consent": True}
    problem = await case.is_refused(COURT, "trial-formats", at, code, rule, **said)
    assert problem["protections"] == ["child_victim"]

    said["override_reason"] = "Bị hại dưới 18 tuổi vắng mặt, đã khai riêng; không nêu danh tính."
    stands = ("TRIAL_PREPARATION", COURT)
    words = "quyết định xét xử lưu động {case}."
    await case.goes_on(COURT, "trial-formats", at, words, stands, **said)
    said = {"decision_ref": "40/2026/QĐXXST-HS", "place": "Nhà văn hóa xã"}
    said["scheduled"] = "2026-05-18T07:30:00+07:00"
    words, stands = "quyết định đưa {case} ra xét xử sơ thẩm.", ("TRIAL_ORDERED", COURT)
    await case.goes_on(COURT, "trial-orders", "2026-05-05T09:00", words, stands, **said)
    await case.period("TRIAL-PREP", "2026-06-29", "met", COURT)
    await case.period("TRIAL-OPEN", "2026-05-20", OPEN, COURT)


def judgment(persons: list[str], number: str, *months: int) -> dict[str, Any]:
    convicted = {**TRAFFICKING, "outcome": "convicted"}
    rows = [
        {**convicted, "ref": person, "penalties": [{"kind": "imprisonment", "months": each}]}
        for person, each in zip(persons, months, strict=False)
    ]
    return {"judgment_no": number, "per_accused": rows}


async def the_court_judges(case: CaseStory, persons: list[str]) -> None:
    pronouncing = judgment(persons, "44/2026/HS-ST", 108, 96)
    at, code, rule = "2026-05-18T07:31", "wrong-stage", "BLTTHS Điều 326"
    await case.is_refused(COURT, "judgments", at, code, rule, **pronouncing)

    stands, said = ("TRIAL", COURT), {"step": "opened", "attendance": THERE}
    words = "mở phiên tòa sơ thẩm {case}."
    await case.goes_on(COURT, "trial-openings", "2026-05-18T07:45", words, stands, **said)
    await case.period("TRIAL-OPEN", "2026-05-20", "met", COURT)
    said = {"outcome": "adjourned", "attendance": THERE, "resumes_at": "2026-05-19T07:30:00+07:00"}
    words = "xét xử sơ thẩm {case}, buổi thứ 1, còn tiếp tục."
    await case.goes_on(COURT, "trial-sessions", "2026-05-18T17:00", words, stands, **said)
    said, words = {"step": "arguments_closed"}, "kết thúc tranh luận, nghị án sơ thẩm {case}."
    await case.goes_on(COURT, "trial-openings", "2026-05-19T11:00", words, stands, **said)
    await case.period("TRIAL-DELIB", "2026-05-26", OPEN, COURT)

    stands, words = ("JUDGED", COURT), "tuyên án sơ thẩm {case}, bản án số 44/2026/HS-ST."
    await case.goes_on(COURT, "judgments", "2026-05-20T09:00", words, stands, **pronouncing)
    said = {"outcome": "closed", "attendance": THERE}
    words = "xét xử sơ thẩm {case}, buổi thứ 2, kết thúc phiên tòa."
    await case.goes_on(COURT, "trial-sessions", "2026-05-20T11:00", words, stands, **said)
    await case.period("TRIAL-DELIB", "2026-05-26", "met", COURT)
    await case.period("JUDG-DELIVER", "2026-06-01", OPEN, COURT)  # 30 May is a Saturday.
    await case.period("APPEAL", "2026-06-04", OPEN)
    await case.period("PROTEST", "2026-06-19", OPEN, part="SUPERIOR")
    said = {"level": "first_instance", "recipient_agency": PROCURACY, "medium": "hand"}
    words = "giao, gửi bản án sơ thẩm {case} trực tiếp."
    await case.goes_on(COURT, "judgment-deliveries", "2026-05-28T09:00", words, stands, **said)
    await case.period("JUDG-DELIVER", "2026-06-01", "met", COURT)


async def the_procuracy_protests_and_the_provincial_court_judges_again(
    case: CaseStory, persons: list[str]
) -> None:
    said: dict[str, Any] = {"kind": "appeal", "direction": "against", "decision_ref": "5/QĐ-VKS"}
    at, code, rule = "2026-06-12T09:00", "not-its-protest", "BLTTHS Điều 336"
    await case.is_refused(STRANGE_PROCURACY, "protests", at, code, rule, **said)
    words = "ra quyết định kháng nghị phúc thẩm {case}."
    await case.goes_on(PROCURACY, "protests", at, words, ("APPEALED", COURT), **said)
    await case.period("PROTEST", "2026-06-19", "met", part="SUPERIOR")

    said = {"level": "appeal", "docket_no": "77/2026/TLPT-HS", "file_complete": True}
    at, code, rule = "2026-06-15T08:00", "file-not-with-you", "BLTTHS Điều 276, 340"
    await case.is_refused(APPEAL_COURT, "acceptances", at, code, rule, **said)
    await case.hands_on(COURT, APPEAL_COURT, "APPEAL_COURT", "2026-06-18", "APPEALED")
    await case.period("APPEAL-OPEN", "2026-08-17", OPEN, APPEAL_COURT)
    words, stands = "thụ lý phúc thẩm {case}, số 77/2026/TLPT-HS.", ("APPEALED", APPEAL_COURT)
    await case.goes_on(APPEAL_COURT, "acceptances", "2026-06-22T08:00", words, stands, **said)
    await case.period("APPEAL-PREP", "2026-08-06", OPEN, APPEAL_COURT)
    said = {"decision_ref": "80/2026/QĐXXPT-HS", "place": "Trụ sở Tòa án nhân dân tỉnh"}
    said["scheduled"] = "2026-07-30T07:30:00+07:00"
    words = "quyết định đưa {case} ra xét xử phúc thẩm."
    await case.goes_on(APPEAL_COURT, "trial-orders", "2026-07-20T09:00", words, stands, **said)
    await case.period("APPEAL-PREP", "2026-08-06", "met", APPEAL_COURT)
    said, words = {"step": "opened", "attendance": THERE}, "mở phiên tòa phúc thẩm {case}."
    await case.goes_on(APPEAL_COURT, "trial-openings", "2026-07-30T07:40", words, stands, **said)
    await case.period("APPEAL-OPEN", "2026-08-17", "met", APPEAL_COURT)

    said = {**judgment(persons, "90/2026/HS-PT", 132), "outcome": "amended"}
    words, stands = (
        "ra bản án, quyết định phúc thẩm số 90/2026/HS-PT {case}",
        ("IN_FORCE", APPEAL_COURT),
    )
    words = f"{words}: sửa bản án sơ thẩm."
    path, at = "appellate-judgments", "2026-07-30T15:30"
    await case.goes_on(APPEAL_COURT, path, at, words, stands, **said)
    words = "xác nhận bản án trong {case} có hiệu lực từ ngày 30/07/2026: theo bản án phúc thẩm."
    at, said = "2026-07-30T16:00", {"reason": "appellate"}
    await case.goes_on(APPEAL_COURT, "effects", at, words, stands, **said)
    await case.period("EXEC-ORDER", "2026-08-06", OPEN, COURT)
    for person in persons:
        assert (await case.office.state(COMMITTEE, f"person:{person}"))["stage"] == "CONVICT"


async def the_timeline_tells_it_and_somebody_always_had_the_file(case: CaseStory) -> None:
    entries = await case.office.entries(COMMITTEE, case.subject)

    own = [each for each in entries if each["subjects"][0] == case.subject]
    assert [each["vi"] for each in own] == case.told
    holders: list[str] = []
    for moment in [each["occurred_at"] for each in own]:
        state = await case.office.state(COMMITTEE, case.subject, as_of=moment)
        holders += [state["holder"]] if holders[-1:] != [state["holder"]] else []
    to_and_fro = [POLICE, PROCURACY]
    assert holders == [BORDER, *to_and_fro, *to_and_fro, *to_and_fro, COURT, APPEAL_COURT]


async def each_party_has_heard_its_part_and_strangers_nothing(case: CaseStory, raid: str) -> None:
    office, heard = case.office, case.office.heard_about
    for agency in (BORDER, PATROL):
        assert await heard(agency, raid) == ["cases.raid_launched.v1", "cases.raid_concluded.v1"]
    assert await heard(HEALTH, raid) == ["cases.raid_concluded.v1"]
    transferred, transmitted = "case_transferred", "case_file_transmitted"
    more_time, concluded = "proceedings_period_extended", "investigation_concluded"
    returned, delivered = "supplementary_investigation_requested", "judgment_delivered"
    judged_again = "appellate_judgment_pronounced"
    institution = "case_prosecution_instituted"
    followed = (institution, transferred, transferred, more_time, concluded)
    """What a procuracy hears of an investigation that it supervises, before it has the file."""
    for agency, topics in {
        BORDER: (institution, transferred, transferred, more_time, concluded),
        POLICE: (*followed[1:], transmitted, returned, transmitted, returned, "indictment_issued"),
        PROCURACY: (*followed, transmitted, "trial_format_decided", delivered, judged_again),
        REGIONAL_PROCURACY: followed,
        COURT: ("indictment_issued", transmitted, "protest_filed", transmitted, judged_again),
        APPEAL_COURT: (transmitted, transmitted, "judgment_took_effect"),
    }.items():
        said = iter(await heard(agency, case.subject))
        assert all(f"cases.{topic}.v1" in said for topic in topics), agency
    [format] = [e for e in await office.heard(PROCURACY) if "trial_format" in e["type"]]
    assert format["data"]["overridden"] == ["child_victim"]
    for agency in (STRANGER, STRANGE_PROCURACY, HEALTH):
        assert await heard(agency, case.subject) == []
    assert await heard(STRANGER, raid) == []
    told = [await office.heard(agency) for agency in (BORDER, POLICE, PROCURACY, COURT)]
    assert not any(secret in str(told) for secret in SECRETS)
