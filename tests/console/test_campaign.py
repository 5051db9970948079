"""The drawing of campaigns."""

from datetime import date, timedelta
from typing import Any

from services.console.campaign import LEFT, RIGHT, WIDTH, Strip, strip, untold
from services.console.speech import Speech
from tests.console.fake_papers import NOW

SAY = Speech(english=False, now=NOW)
LEADS = {"BCHQS_TINH-P34-40": ("border_guard", "Bộ Chỉ huy Quân sự tỉnh Nghệ An")}


def campaign(**changes: Any) -> dict[str, Any]:
    return {
        "key": "C1",
        "kind": "suppression",
        "from": "2025-07-01",
        "to": "2025-09-30",
        "to_inclusive": True,
        "scope": ["province"],
        "lead": None,
        **changes,
    }


def drawn(*campaigns: dict[str, Any], days: tuple[date, ...] = (), say: Speech = SAY) -> Strip:
    found = strip(campaigns, LEADS, days, say)
    assert found is not None
    return found


def test_the_window_fills_the_width_and_today_stands_in_it() -> None:
    found = drawn(campaign())

    [bar] = found.bars
    assert (bar.x, round(bar.x + bar.width, 6)) == (LEFT, WIDTH - RIGHT)
    assert found.now_x is not None
    assert bar.x < found.now_x < bar.x + bar.gone
    assert found.now_text == "30/07 hôm nay: ngày 30 trong 92"


def test_a_window_that_is_over_has_no_today() -> None:
    later = Speech(english=False, now=NOW + timedelta(days=500))

    found = drawn(campaign(), say=later)

    assert found.now_x is None
    assert found.bars[0].gone == found.bars[0].width
    assert found.said.startswith("Đã kết thúc 438")


def test_a_last_day_that_is_not_included_ends_a_day_earlier() -> None:
    found = drawn(campaign(to_inclusive=False))

    assert found.title == "Cao điểm 01/07/2025 – hết 29/09/2025"


def test_events_are_counted_by_day_inside_the_window_only() -> None:
    days = (date(2025, 7, 1), date(2025, 7, 1), date(2025, 7, 2), date(2024, 7, 1))

    found = drawn(campaign(), days=days)

    assert found.events == 3
    assert [round(height) for _, _, height, _ in found.columns] == [56, 28]


def test_words_that_do_not_fit_give_way() -> None:
    short = campaign(key="C2", to="2025-07-03", lead="BCHQS_TINH-P34-40", scope=["sea"])

    found = drawn(campaign(), short)

    assert "chủ trì" not in found.bars[1].text
    assert found.bars[1].text.startswith("C2")


def test_a_slip_of_the_pen_is_not_drawn() -> None:
    assert strip([campaign(to="2199-12-31")], LEADS, (), SAY) is None


def test_what_has_no_days_is_told_with_who_leads() -> None:
    open_end = campaign(**{"from": None, "lead": "BCHQS_TINH-P34-40", "scope": ["sea_route"]})

    assert strip([open_end], LEADS, (), SAY) is None
    assert untold([open_end], LEADS, SAY) == [
        "Tấn công, trấn áp · C1 · tuyến biển · Bộ Chỉ huy Quân sự tỉnh Nghệ An chủ trì · "
        "văn bản không nêu ngày"
    ]
