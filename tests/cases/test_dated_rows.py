"""The first and the last day of every row: by the law, and in what the programs make of them.

The dates stand here once more, by the law that sets them. Held against them are the rows, what the
engine opens on the days at both edges, and whom the tables of competence let record.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import date, datetime, time

import pytest

from services.deadlines.desk import Desk
from services.deadlines.opening import Opener
from services.deadlines.patterns import Fact
from services.deadlines.policy import load_policy
from services.deadlines.reckoning import Reckoner
from services.deadlines.wiring import Row, load_wiring
from services.registry import SERVICES
from shared.actor import VIETNAM
from shared.domain import Event
from shared.errors import NotAllowed
from shared.policy import Competence
from shared.reference import RegisterError, load_register
from shared.reference.calendar import load_calendar
from shared.reference.deadlines import load_periods
from tests.cases.examples import act
from tests.cases.situations.bodies import DAY, body
from tests.cases.situations.telling import TOPICS, told

NOON, LAST = time(12), time(23, 59, 59)
Days = tuple[str, str]
"""The first and the last day; empty: none."""
LAWS: Mapping[str, Days] = {
    "Bộ luật Tố tụng hình sự 2015": ("2018-01-01", ""),
    "Bộ luật Hình sự 2015": ("2018-01-01", ""),
    "Thông tư liên tịch 01/2017": ("2018-03-01", ""),
    "Thông tư liên tịch 05/2018": ("2019-01-01", ""),
    "Nghị định 30/2020": ("2020-03-05", ""),
    "Quyết định 1944/QĐ-TTg": ("2021-11-18", ""),
    "Luật Phòng, chống mua bán người 2011": ("2012-01-01", "2025-06-30"),
    "Nghị định 09/2013": ("2013-03-01", "2025-06-30"),
    "TTLT 01/2014": ("2014-03-25", ""),
    "Luật Phòng, chống mua bán người 2024": ("2025-07-01", ""),
    "Nghị định 162/2025": ("2025-07-01", ""),
    "Luật Tư pháp người chưa thành niên 2024": ("2026-01-01", ""),
    "Luật Bảo vệ dữ liệu cá nhân 2025": ("2026-01-01", ""),
    "Văn bản": ("2018-01-01", ""),
}
"""How a law's name begins → since when it is in force, and until when."""
OWN: Mapping[str, Days] = {
    "TIP-COMMUNE-ORDINARY": ("2022-01-14", ""),
    "TIP-POST-STATION": ("2022-01-14", ""),
    "JUV-DETENTION": ("2018-01-01", "2025-12-31"),
}
"""Rows that begin with TTLT 01/2021, or end as the law on juvenile justice begins."""
TYPES: Mapping[str, Days] = {
    "CA_HUYEN": ("", "2025-02-28"),
    "CQCSDT_HUYEN": ("", "2025-02-28"),
    "SO_YTE": ("2025-03-01", ""),
    "BCH_BDBP_TINH": ("", "2025-06-30"),
    "TAND_CC": ("", "2025-06-30"),
    "TAND_HUYEN": ("", "2025-06-30"),
    "VKSND_CC": ("", "2025-06-30"),
    "VKSND_HUYEN": ("", "2025-06-30"),
    "BCH_BDBP_KV": ("2025-07-01", ""),
    "CA_XA": ("2025-07-01", ""),
    "HOTLINE_111": ("2025-07-01", ""),
    "TAND_KV": ("2025-07-01", ""),
    "TPT_TANDTC": ("2025-07-01", ""),
    "VKSND_KV": ("2025-07-01", ""),
    "VPT_VKSNDTC": ("2025-07-01", ""),
}
"""Type of bodies → the days of what it may, where a row dates that: the police of the districts
ended on 1/3/2025, social affairs went to health; districts, high courts and procuracies on
1/7/2025."""
ROWS = tuple(load_wiring().rows.values())
OPENER = Opener(
    load_wiring(), Reckoner(load_periods(), load_calendar(), load_policy()), load_register()
)
KNOWN = {"informant": True, "juvenile": True, "under_18": True}
RETURNED = {"INV-SUPP-VKS": "VKS", "INV-SUPP-COURT": "PANEL", "INV-REINV": "ANEW"}
"""What earlier facts of the same thing have said; of these rules, who returned the file."""
OTHERWISE = frozenset(
    {"PROS-DET-NOTICE", "JUV-PERIODS", *load_wiring().why_not_opened(TOPICS.values())}
)
"""Rows that no fact of the situations opens: they wait for another service, begin with the calendar
or with another row (as JUV-PERIODS, below), or need a detention that nobody orders there."""
DATED: tuple[tuple[str, str, Days], ...] = tuple(
    (topic, code, (row.get("from", ""), row.get("until", "")))
    for service in SERVICES
    for path in service.competence
    for topic, rows in json.loads(path.read_text("utf-8"))["topics"].items()
    for row in rows
    if row.get("from") or row.get("until")
    for code in row["types"]
)
EVENTS: Mapping[str, type[Event]] = {
    event.TOPIC: event for service in SERVICES for event in service.events
}
TABLES = {
    topic: table
    for service in SERVICES
    if service.events
    for table in [Competence.read(service.competence, service.topics)]
    for topic in service.topics
}


def by_law(row: Row) -> Days:
    """The days of a row by the law that it names."""
    [days] = [days for name, days in LAWS.items() if row.period.law.startswith(name)]
    return OWN.get(row.id, days)


def edges(days: Days) -> Iterator[tuple[date, bool]]:
    """The days at both ends, and whether they are of those."""
    first, last = (date.fromisoformat(each) if each else None for each in days)
    if first:
        yield from ((first - DAY, False), (first, True))
    if last:
        yield from ((last, True), (last + DAY, False))


def starting(row: Row) -> Fact | None:
    """A recorded fact that opens a period by a row on a day on which that binds."""
    return next(
        (
            fact
            for pattern in row.starts
            if TOPICS.get(pattern.event) == pattern.topic
            for fact in told(pattern.event)
            if opens(row, fact, inside(row))
        ),
        None,
    )


def inside(row: Row) -> datetime:
    """A moment at which the row binds."""
    first, last = by_law(row)
    return datetime.combine(date.fromisoformat(last or first), NOON, VIETNAM)


def opens(row: Row, fact: Fact, at: datetime) -> bool:
    """Whether the engine opens a period by a row, had the fact happened at that moment."""
    return row.id in opened(row, fact, at)


def opened(row: Row, fact: Fact, at: datetime, **known: object) -> set[str]:
    """The rules of what the engine opens by a row, with those that are a share of it."""
    about = KNOWN | {"returned": RETURNED.get(row.id)} | known
    desk = Desk(None)  # type: ignore[arg-type]  # Nothing is read that is not said here.
    desk.tell(("person:1", fact.subjects[0]), {"detained": True})
    return {said.rule for _, said in OPENER.openings(row, replace(fact, at=at, about=about), desk)}


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.id)
def test_a_period_binds_from_the_first_to_the_last_day_of_its_law(row: Row):
    for on, binds in edges(by_law(row)):
        assert row.period.in_force(on) is binds, on


@pytest.mark.parametrize(
    "row", [row for row in ROWS if row.id not in OTHERWISE], ids=lambda r: r.id
)
def test_the_engine_opens_a_period_from_the_first_to_the_last_moment_of_its_law(row: Row):
    fact = starting(row)
    assert fact is not None, "nothing that was recorded opens it on a day on which it binds"

    for on, binds in edges(by_law(row)):
        for at in (datetime.combine(on, time(), VIETNAM), datetime.combine(on, LAST, VIETNAM)):
            assert opens(row, fact, at) is binds, at


def test_a_share_of_a_period_binds_by_the_day_on_which_the_case_was_instituted():
    """Luật 59/2024 Điều 179: what was pending as it began keeps the periods that it had."""
    row = load_wiring().rows["PROS"]
    fact = starting(row)
    assert fact is not None
    days = by_law(load_wiring().rows["JUV-PERIODS"])

    for on, binds in edges(days):
        there = opened(row, fact, inside(row).replace(year=2027), instituted_on=on.isoformat())
        assert there == ({"PROS", "JUV-PERIODS"} if binds else {"PROS"}), on


@pytest.mark.parametrize(
    ("topic", "code", "days"), DATED, ids=[f"{topic} {code}" for topic, code, _ in DATED]
)
def test_a_dated_row_lets_a_body_record_from_its_first_to_its_last_day(
    topic: str, code: str, days: Days
):
    assert days == TYPES[code]

    for on, may in edges(days):
        there = on if may else (on + DAY if days[0] else on - DAY)
        agency = body(code, there)
        assert agency is not None, "a body of the days on which it may"
        assert recorded(topic, agency, on) is may, (agency, on)


def recorded(topic: str, agency: str, on: date) -> bool:
    """Whether the tables and the register let a body record a fact on a day."""
    try:
        TABLES[topic].refuse_unless_competent(
            EVENTS[topic], act(agency, datetime.combine(on, NOON, VIETNAM))
        )
    except (NotAllowed, RegisterError):
        return False
    return True
