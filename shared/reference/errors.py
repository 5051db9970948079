"""What this package refuses: each refusal has a Vietnamese and an English sentence with the remedy.

RegisterError
├── UnknownAgency          no such body: code, area, or a level that does not fit the area
├── AgencyNotInExistence   the body existed on another day
├── UnknownArea            no such area key
├── AreaNotInExistence     the area existed on another day
├── UnknownPeriod          no such rule
├── PeriodNotInForce       the rule bound on another day
├── UnknownOffence         no such article and clause
└── OutsideCalendar        a day whose public holidays cannot be computed
"""

from collections.abc import Mapping
from datetime import date

SUGGESTIONS_SHOWN_MAX = 8


class RegisterError(Exception):
    """The reference data says no. `vi` and `en` are sentences for people, `code` names the kind,
    `extra` holds the facts of the refusal as JSON values."""

    code = "register"

    def __init__(self, vi: str, en: str, extra: Mapping[str, object]) -> None:
        super().__init__(vi, en)
        self.vi = vi
        self.en = en
        self.extra = extra

    def __str__(self) -> str:
        return f"{self.vi} / {self.en}"


class UnknownAgency(RegisterError):
    """No body has this id. `suggestion` is the id that was probably meant, or None."""

    code = "unknown-agency"

    def __init__(self, agency_id: str, suggestion: str | None, *, vi: str, en: str) -> None:
        vi, en = _suggesting(vi, en, suggestion)
        super().__init__(vi, en, {"agency": agency_id, "suggestion": suggestion})
        self.agency_id = agency_id
        self.suggestion = suggestion


class _OnAnotherDay(RegisterError):
    """It exists, but not on the day that was asked for. Bounds are inclusive; None is open."""

    verb_vi = "tồn tại"
    verb_en = "in existence"

    def __init__(
        self,
        name: str,
        on: date,
        valid_from: date | None,
        valid_to: date | None,
        successors: tuple[str, ...] = (),
        predecessors: tuple[str, ...] = (),
    ) -> None:
        span_vi, span_en = _span(valid_from, valid_to)
        vi = f"{name} không {self.verb_vi} vào ngày {_vi(on)} ({span_vi})."
        en = f"{name} was not {self.verb_en} on {on.isoformat()} ({span_en})."
        if successors:
            vi += f" Sau đó là: {_listed(successors)}."
            en += f" Succeeded by: {_listed(successors)}."
        if predecessors:
            vi += f" Khi đó là: {_listed(predecessors)}."
            en += f" On that day it was: {_listed(predecessors)}."
        extra = {
            "name": name,
            "on": on.isoformat(),
            "valid_from": valid_from.isoformat() if valid_from else None,
            "valid_to": valid_to.isoformat() if valid_to else None,
            "successors": list(successors),
            "predecessors": list(predecessors),
        }
        super().__init__(vi, en, extra)
        self.name = name
        self.on = on
        self.valid_from = valid_from
        self.valid_to = valid_to
        self.successors = successors
        self.predecessors = predecessors


class AgencyNotInExistence(_OnAnotherDay):
    """The body was not there on that day.

    A collective among `successors` means: one or several of its members took over.
    """

    code = "agency-not-in-existence"

    @property
    def agency_id(self) -> str:
        return self.name


class UnknownArea(RegisterError):
    """No area has this key."""

    code = "unknown-area"

    def __init__(self, area_key: str, *, vi: str, en: str) -> None:
        super().__init__(vi, en, {"area": area_key})
        self.area_key = area_key


class AreaNotInExistence(_OnAnotherDay):
    """The area was not there on that day."""

    code = "area-not-in-existence"

    @property
    def area_key(self) -> str:
        return self.name


class UnknownPeriod(RegisterError):
    """No statutory period has this id. `suggestion` as in UnknownAgency."""

    code = "unknown-period"

    def __init__(self, rule_id: str, suggestion: str | None) -> None:
        vi, en = _suggesting(
            f"Không có thời hạn nào mang mã {rule_id}.",
            f"There is no period with the id {rule_id}.",
            suggestion,
        )
        super().__init__(vi, en, {"rule": rule_id, "suggestion": suggestion})
        self.rule_id = rule_id
        self.suggestion = suggestion


class PeriodNotInForce(_OnAnotherDay):
    """The period did not bind on that day. `successors`: what the same fact starts on that day."""

    code = "period-not-in-force"
    verb_vi = "có hiệu lực"
    verb_en = "in force"

    @property
    def rule_id(self) -> str:
        return self.name


class UnknownOffence(RegisterError):
    """The table of offences has no such article and clause."""

    code = "unknown-offence"

    def __init__(self, article: str, clause: int) -> None:
        super().__init__(
            f"Bảng tội danh không có khoản {clause} Điều {article}; hãy kiểm tra lại.",
            f"There is no clause {clause} of article {article} in the table; check the article.",
            {"article": article, "clause": clause},
        )
        self.article = article
        self.clause = clause


class OutsideCalendar(RegisterError):
    """The public holidays of that year cannot be computed."""

    code = "outside-calendar"

    def __init__(self, day: date, first: int, last: int) -> None:
        super().__init__(
            f"Lịch ngày làm việc chỉ có từ năm {first} đến năm {last}, không có ngày {_vi(day)}.",
            f"Working days are known from {first} to {last}, not for {day.isoformat()}.",
            {"day": day.isoformat(), "first_year": first, "last_year": last},
        )
        self.day = day


def _suggesting(vi: str, en: str, suggestion: str | None) -> tuple[str, str]:
    if suggestion is None:
        return vi, en
    return f"{vi} Có phải là {suggestion}?", f"{en} Did you mean {suggestion}?"


def _span(valid_from: date | None, valid_to: date | None) -> tuple[str, str]:
    if valid_from is None and valid_to is None:
        return "không giới hạn thời gian", "without limits in time"
    vi, en = [], []
    if valid_from is not None:
        vi.append(f"từ {_vi(valid_from)}")
        en.append(f"from {valid_from.isoformat()}")
    if valid_to is not None:
        vi.append(f"đến hết {_vi(valid_to)}")
        en.append(f"until {valid_to.isoformat()}")
    return " ".join(vi), " ".join(en)


def _vi(day: date) -> str:
    return day.strftime("%d/%m/%Y")


def _listed(names: tuple[str, ...]) -> str:
    shown = ", ".join(names[:SUGGESTIONS_SHOWN_MAX])
    return f"{shown} …" if len(names) > SUGGESTIONS_SHOWN_MAX else shown
