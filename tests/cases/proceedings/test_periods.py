"""Which extensions there are, how long, who decides, and what is asked for in time."""

from datetime import date

import pytest

from services.cases.proceedings.domain import Case
from services.cases.proceedings.gravity import SEVERITIES
from services.cases.proceedings.parts import Course, Stretch
from services.cases.proceedings.periods import (
    APPROVERS,
    EXTENDED_AS,
    STAGE_OF,
    approvers,
    granting,
)
from shared.errors import NotAllowed, Refused
from shared.reference.deadlines import load_periods
from tests.cases.examples import (
    INVESTIGATORS,
    PROCURACY,
    REGIONAL_COURT,
    REGIONAL_PROCURACY,
    STATION,
    STRANGER,
    act,
    news,
)
from tests.cases.proceedings.examples import (
    CHILD,
    ENTRY,
    before_court,
    extend,
    give_back,
    in_prosecution,
    indict,
    institute,
    instituted,
    resume,
    send,
    settled,
    suspend,
)

DAY = date(2024, 1, 10)
OFFENCES = {"ITNT": ENTRY, "RNT": None, "DBNT": CHILD}


@pytest.mark.parametrize("severity", SEVERITIES)
def test_every_extension_of_the_table_has_an_approver_and_there_are_no_others(severity: str):
    for seq in range(1, 6):
        there = any(
            each.seq == seq and severity in each.length_by_class
            for each in load_periods().period("INV", DAY).extensions
        )

        assert (severity in APPROVERS.get(seq, {})) == there


@pytest.mark.parametrize("rule", STAGE_OF)
@pytest.mark.parametrize("severity", SEVERITIES)
def test_extensions_are_those_of_the_table_in_its_order(rule: str, severity):
    source = load_periods().period(EXTENDED_AS.get(rule, rule), DAY)
    there = [
        each.seq
        for each in source.extensions
        if severity in each.length_by_class or each.length is not None
    ]
    holder = {"prosecution": PROCURACY, "trial_preparation": REGIONAL_COURT}.get(
        STAGE_OF[rule], "CQCSDT_TINH-P63-40"
    )

    for seq in range(1, 6):
        course = Course(
            rule=rule, since=DAY, granted=(Stretch(n=1, unit="month"),) * (seq - 1), returns={}
        )
        allowed, _ = approvers(seq, severity, holder, DAY)
        who = f"{min(allowed)}-VN" if "VKSNDTC" in allowed else f"{min(allowed)}-P63-40"
        if seq in there:
            law = granting(seq, course, severity, holder, False, act(who, "2024-04-01"))
            assert law.article.startswith("BLTTHS Điều")
            continue
        with pytest.raises(Refused) as refused:
            granting(seq, course, severity, holder, False, act(who, "2024-04-01"))
        assert refused.value.code == "no-such-extension"
        assert source.article in refused.value.rule or "174" in refused.value.rule


def test_an_investigation_is_extended_by_the_procuracy_over_the_holder():
    case = instituted()

    case.extend_period(extend(requested_on=date(2025, 11, 24)), act(PROCURACY, "2025-11-28"))

    [fact] = case.pending_events
    assert (fact.rule, fact.ask_by, fact.asked_late) == ("INV", date(2025, 11, 24), False)
    assert fact.approver == "inferred"
    assert case.course.granted == (Stretch(n=4, unit="month"),)


def test_what_is_asked_for_late_is_granted_and_marked():
    case = instituted()

    case.extend_period(extend(requested_on=date(2025, 11, 25)), act(PROCURACY, "2025-11-28"))

    assert case.pending_events[0].asked_late is True


def test_the_second_extension_counts_on_from_the_first():
    case = instituted()
    case.extend_period(extend(), act(PROCURACY, "2025-11-28"))

    case.extend_period(
        extend(seq=2, requested_on=date(2026, 3, 25), decision_ref="9/QĐ"),
        act(PROCURACY, "2026-03-28"),
    )

    assert case.pending_events[1].ask_by == date(2026, 3, 25)  # 4/4/2026 less 10 days


def test_whether_it_was_late_is_not_guessed_for_juveniles():
    case = instituted(moment="2026-02-02", juvenile=True)

    case.extend_period(extend(requested_on=date(2026, 5, 25)), act(PROCURACY, "2026-05-28"))

    assert (case.pending_events[0].ask_by, case.pending_events[0].asked_late) == (None, None)


def test_a_juvenile_case_of_2025_keeps_whole_periods_also_when_one_begins_in_2026():
    case = instituted(juvenile=True)
    case.suspend_proceedings(suspend(), act(moment="2025-12-01"))
    case.resume_proceedings(resume(), act(moment="2026-02-02"))

    case.extend_period(
        extend(length=Stretch(n=2, unit="month"), requested_on=date(2026, 4, 23)),
        act(PROCURACY, "2026-04-28"),
    )

    fact = case.pending_events[-1]
    assert (fact.rule, fact.ask_by, fact.asked_late) == ("INV-RESUMED", date(2026, 4, 22), True)


def test_a_denied_extension_leaves_the_period_as_it_is():
    case = instituted()

    case.extend_period(extend(granted=False, length=None), act(PROCURACY, "2025-11-28"))

    assert case.course.granted == ()
    case.extend_period(extend(decision_ref="9/QĐ"), act(PROCURACY, "2025-11-29"))
    assert len(case.course.granted) == 1


@pytest.mark.parametrize(
    ("length", "code"),
    [
        (Stretch(n=5, unit="month"), "extension-too-long"),
        (Stretch(n=30, unit="day"), "extension-too-long"),
        (None, "field-needed"),
    ],
)
def test_no_more_time_is_given_than_the_law_has(length, code: str):
    with pytest.raises(Refused) as refused:
        instituted().extend_period(extend(length=length), act(PROCURACY, "2025-11-28"))

    assert (refused.value.code, refused.value.pointer) == (code, "/length")
    assert refused.value.rule == "BLTTHS Điều 172(2),(5)"


@pytest.mark.parametrize(("seq", "code"), [(2, "not-the-next-extension"), (3, "no-such-extension")])
def test_extensions_follow_one_another(seq: int, code: str):
    case = instituted()

    with pytest.raises(Refused) as refused:
        case.extend_period(extend(seq=seq), act(PROCURACY, "2025-11-28"))

    assert (refused.value.code, refused.value.pointer) == (code, "/seq")
    assert news(case) == []


@pytest.mark.parametrize(
    ("holder", "place", "offence", "day", "who", "known"),
    [
        ("CQCSDT_HUYEN-P63-22-194", "P63-22-194", None, "2024-04-01", "VKSND_HUYEN", "seen"),
        ("CQCSDT_TINH-P63-22", "P63-22-194", None, "2024-04-01", "VKSND_TINH", "seen"),
        ("CQCSDT_HUYEN-P63-22-194", "P63-22-194", CHILD, "2024-04-01", "VKSND_TINH", "seen"),
        ("BCA-VN", "P63-22-194", CHILD, "2024-04-01", "VKSNDTC", "seen"),
    ],
)
def test_who_decides_follows_from_severity_and_who_investigates(
    holder, place, offence, day, who, known
):
    offences = {"offences": (offence,)} if offence else {}
    area = {"VKSND_HUYEN": "P63-22-194", "VKSND_TINH": "P63-22", "VKSNDTC": "VN"}

    for code, key in area.items():
        case = Case.institute_case(institute(place=place, **offences), act(holder, "2024-01-10"))
        try:
            case.extend_period(extend(), act(f"{code}-{key}", day))
        except NotAllowed as refused:
            assert code != who
            assert refused.code in ("wrong-approver", "not-your-supervision")
        else:
            assert code == who
            assert case.pending_events[1].approver == known


@pytest.mark.parametrize("who", [PROCURACY, REGIONAL_PROCURACY])
def test_since_july_2025_both_procuracies_are_accepted_and_it_is_said_to_be_inferred(who: str):
    case = instituted()

    case.extend_period(extend(), act(who, "2025-11-28"))

    assert case.pending_events[0].approver == "inferred"


@pytest.mark.parametrize(
    ("holder", "day", "local"),
    [
        ("CQCSDT_HUYEN-P63-22-194", "2025-02-01", {"VKSND_HUYEN"}),
        ("CQCSDT_TINH-P63-22", "2025-06-30", {"VKSND_HUYEN", "VKSND_TINH"}),
        (INVESTIGATORS, "2025-07-01", {"VKSND_KV", "VKSND_TINH"}),
        (STATION, "2025-07-01", {"VKSND_KV"}),
    ],
)
def test_who_may_extend_is_named_by_the_bodies_of_the_day(holder: str, day: str, local: set[str]):
    types, _ = approvers(1, "RNT", holder, date.fromisoformat(day))

    assert types == local


def test_a_wrong_approver_is_told_of_bodies_that_there_are():
    with pytest.raises(NotAllowed) as refused:
        instituted().extend_period(extend(), act("VKSNDTC-VN", "2025-11-28"))

    assert refused.value.extra["approvers"] == ["VKSND_KV", "VKSND_TINH"]
    assert refused.value.remedy_vi == "Cơ quan quyết định: VKSND_KV, VKSND_TINH."


@pytest.mark.parametrize("who", [STRANGER, "VKSND_TINH-P34-22", INVESTIGATORS])
def test_nobody_else_extends_an_investigation(who: str):
    with pytest.raises(NotAllowed) as refused:
        instituted().extend_period(extend(), act(who, "2025-11-28"))

    assert refused.value.code in ("not-your-supervision", "wrong-approver")


def test_a_supplementary_investigation_is_not_extended():
    case = in_prosecution()
    case.request_supplementary_investigation(give_back(), act(PROCURACY, "2025-11-10T08:00"))
    case.transmit_case_file(
        send("CQDT", INVESTIGATORS, step="received"), act(INVESTIGATORS, "2025-11-12T08:00")
    )

    with pytest.raises(Refused) as refused:
        case.extend_period(extend(), act(PROCURACY, "2025-12-28"))

    assert refused.value.code == "no-such-extension" and "174(2)" in refused.value.rule
    assert str(case.course.since) == "2025-11-12"  # From when the file is back.


def test_prosecution_and_trial_preparation_are_extended_by_who_has_the_file():
    prosecution, trial = in_prosecution(), before_court()

    prosecution.extend_period(
        extend(stage="prosecution", length=Stretch(n=15, unit="day")),
        act(PROCURACY, "2025-12-01"),
    )
    trial.extend_period(
        extend(stage="trial_preparation", length=Stretch(n=30, unit="day")),
        act(REGIONAL_COURT, "2026-01-20"),
    )

    assert [each.pending_events[0].rule for each in (prosecution, trial)] == ["PROS", "TRIAL-PREP"]
    with pytest.raises(NotAllowed, match="file-not-with-you"):
        in_prosecution().extend_period(
            extend(stage="prosecution", length=Stretch(n=15, unit="day")),
            act(REGIONAL_PROCURACY, "2025-12-01"),
        )


def test_nothing_is_extended_when_no_period_runs():
    case = in_prosecution()
    case.issue_indictment(indict(), act(PROCURACY, "2025-11-20"))

    with pytest.raises(Refused, match="wrong-stage"):
        settled(case).extend_period(extend(stage="prosecution"), act(PROCURACY, "2025-11-21"))
