"""By when: the nine ways in which papers say it, and the moment that each of them means.

*trước ngày D* is strictly before D; *từ ngày … đến hết ngày …* includes its last day. Days begin
and end at midnight in Viet Nam. Pure.
"""

from datetime import date, datetime, time, timedelta
from typing import Annotated, Literal, assert_never

from pydantic import Field

from services.directives.limits import NAMES_MAX
from shared.actor import VIETNAM
from shared.domain import Value
from shared.errors import Refused
from shared.fields import Day, Span

PAPER = "NĐ 30/2020/NĐ-CP Điều 8(2); danh mục sự kiện 1"
"""What a paper consists of, and how it is recorded line by line."""
RuleId = Annotated[str, Field(max_length=64, pattern=r"^[A-Z][A-Z0-9]*(-[A-Z0-9]+)*$")]
"""Id of a statutory period, for example `TIP-CLASSIFY`."""


class DueOn(Value):
    """On a day; its last moment is midnight at the end of that day."""

    type: Literal["date"] = "date"
    on: Day


class DueBefore(Value):
    """Strictly before a day (*trước ngày*): the day itself is already late."""

    type: Literal["before"] = "before"
    on: Day


class DueWithin(Span):
    """Within a window (*từ ngày … đến hết ngày …*)."""

    type: Literal["window"] = "window"
    to_inclusive: bool = True


class DueInPeriod(Span):
    """Within a working period, often a plan's year."""

    type: Literal["period"] = "period"
    assumed: bool = False
    """The paper does not say it; whoever entered it took it from the context."""


class DueEvery(Value):
    """Again and again."""

    type: Literal["periodic"] = "periodic"
    every: Literal["day", "week", "month", "quarter", "half_year", "year"]


class DueAlways(Value):
    """Continuously (*thường xuyên*)."""

    type: Literal["continuous"] = "continuous"


class DueAsTheyOccur(Value):
    """Whenever there is a matter to act on."""

    type: Literal["as_they_occur"] = "as_they_occur"


class DueByStatute(Value):
    """Within the periods that the law sets for each matter."""

    type: Literal["statutory"] = "statutory"
    rules: tuple[RuleId, ...] = Field(min_length=1, max_length=NAMES_MAX)


class NoDue(Value):
    """The paper sets no day."""

    type: Literal["none"] = "none"


Due = Annotated[
    DueOn
    | DueBefore
    | DueWithin
    | DueInPeriod
    | DueEvery
    | DueAlways
    | DueAsTheyOccur
    | DueByStatute
    | NoDue,
    Field(discriminator="type"),
]


def last_day(due: Due) -> date | None:
    """The last day that is still in time, or None when the paper sets none."""
    match due:
        case DueOn():
            return due.on
        case DueBefore():
            return due.on - timedelta(days=1)
        case DueWithin():
            return due.to if due.to_inclusive else due.to - timedelta(days=1)
        case DueInPeriod():
            return due.to
        case DueEvery() | DueAlways() | DueAsTheyOccur() | DueByStatute() | NoDue():
            return None
        case _:
            assert_never(due)


def deadline(due: Due) -> datetime | None:
    """The first moment that is too late: midnight in Viet Nam after the last day."""
    day = last_day(due)
    return None if day is None else midnight_after(day)


def on_time(due: Due, at: datetime) -> bool | None:
    """Whether something that happened at `at` was in time; None when no day was set."""
    end = deadline(due)
    return None if end is None else at < end


def midnight_after(day: date) -> datetime:
    """24:00 of a day in Viet Nam, which is 00:00 of the next."""
    return datetime.combine(day + timedelta(days=1), time(), VIETNAM)


def refuse_impossible(due: Due, issued: date, pointer: str) -> None:
    """Raises `Refused` when a window is reversed or everything was over before the paper."""
    if isinstance(due, DueWithin | DueInPeriod):
        refuse_reversed(due.from_, due.to, pointer, inclusive=getattr(due, "to_inclusive", True))
    last = last_day(due)
    if last is not None and last < issued:
        raise Refused(
            "due-before-issue",
            f"Thời hạn {last:%d/%m/%Y} sớm hơn ngày ban hành {issued:%d/%m/%Y}.",
            f"The last day {last:%Y-%m-%d} is before the day of issue {issued:%Y-%m-%d}.",
            pointer=pointer,
            rule="NĐ 30/2020/NĐ-CP Điều 23(2)",
            remedy_vi="Kiểm tra ngày ban hành và thời hạn ghi trong văn bản.",
            remedy_en="Check the day of issue and the term that the paper gives.",
        )


def refuse_reversed(
    first: date | None, last: date | None, pointer: str, *, inclusive: bool = True
) -> None:
    """Raises `Refused` when a window ends before it begins. Unknown ends are left alone."""
    if first is None or last is None or first < last or (inclusive and first == last):
        return
    raise Refused(
        "window-reversed",
        f"Khoảng thời gian kết thúc {last:%d/%m/%Y} trước khi bắt đầu {first:%d/%m/%Y}.",
        f"The window ends on {last:%Y-%m-%d}, before it begins on {first:%Y-%m-%d}.",
        pointer=pointer,
        rule=PAPER,
        remedy_vi="Đổi lại ngày đầu và ngày cuối; ghi “đến hết ngày” thì kể cả ngày cuối.",
        remedy_en="Swap the ends; where the last day counts, set to_inclusive to true.",
    )
