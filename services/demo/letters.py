"""The published facts of five directives as the requests that their issuers would send. Pure."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from pathlib import Path
from typing import Any

from services.demo.words import in_vietnamese, without_remark
from shared.actor import VIETNAM
from shared.reference import Register

SEEDS = Path(__file__).with_name("seed-directives.json")
DISTRICTS = {"P63-01/Thạch Thất": "P63-01-276"}
"""Districts that the facts name, by area key."""
ISSUED_BETWEEN = {
    "2023, before or in July": ("2023-01-01", "2023-07-31"),
    "2020": ("2020-01-01", "2020-12-31"),
}
"""What the hints on unknown days of issue mean in days."""
DOC_TYPES = {
    "công văn": "cong_van",
    "văn bản (công văn)": "cong_van",
    "kế hoạch": "ke_hoach",
}
ALL = "ALL_ADDRESSEES"
LEVELS_BELOW_DISTRICT = ("district", "commune", "station")
ISSUE_HOUR = time(8)


@dataclass(frozen=True)
class Letter:
    """One directive, ready to be issued."""

    key: str
    issuer: str
    issued_at: datetime
    body: Mapping[str, Any]

    def later(self, days: int, hour: int, minute: int = 0) -> datetime:
        """A moment some days after the issue, in Viet Nam."""
        day = self.issued_at.date() + timedelta(days=days)
        return datetime.combine(day, time(hour, minute), VIETNAM)


@dataclass(frozen=True)
class Figures:
    """What the facts amount to, for comparison with what was recorded."""

    directives: int
    tasks: int
    targets: int
    addressees: int


def read_seeds() -> Sequence[Mapping[str, Any]]:
    """The facts as they were published."""
    seeds: Sequence[Mapping[str, Any]] = json.loads(SEEDS.read_text(encoding="utf-8"))["directives"]
    return seeds


def figures(seeds: Sequence[Mapping[str, Any]]) -> Figures:
    """Counted from the facts alone."""
    return Figures(
        directives=len(seeds),
        tasks=sum(len(each["tasks"]) for each in seeds),
        targets=sum(len(each["targets"]) for each in seeds),
        addressees=sum(len(each["addressees"]) for each in seeds),
    )


def letter(seed: Mapping[str, Any], register: Register) -> Letter:
    """The request that the issuer of one paper would send."""
    refer = _Refer(seed, register)
    first, last = _days(seed)
    between = {"from": first, "to": last}
    body = {
        "doc_type": DOC_TYPES[seed["doc_type"]],
        "number": seed["number"],
        "notation": seed["notation"],
        "issuer": refer.issuer,
        "issuer_capacity": [refer.to(each) for each in seed["issuer_capacity"]],
        "issue_date": seed["issue_date"],
        "issued_between": None if seed["issue_date"] else between,
        "subject_vi": seed["subject_vi"],
        "subject_en": seed["subject_en"],
        "people": seed["people"],
        "legal_basis": [_paper(each) for each in seed["legal_basis"]],
        "implements": [{"ref": in_vietnamese(each)} for each in seed["implements"]],
        "theme": seed["theme"],
        "occasion": [in_vietnamese(each) for each in seed["occasion"]],
        "situation": _situation(seed),
        "publication": seed.get("publication"),
        "campaigns": [_campaign(each, refer) for each in seed["campaigns"]],
        "addressees": [{"agency": refer.to(each)} for each in seed["addressees"]],
        "completeness": "partial" if seed["unknown"] else "complete",
        "missing": seed["unknown"],
        "tasks": [_task(each, refer) for each in seed["tasks"]],
        "targets": [_target(each) for each in seed["targets"]],
        "reports": [_report(each, refer) for each in seed["reports"]],
    }
    issued_at = datetime.combine(datetime.fromisoformat(last).date(), ISSUE_HOUR, VIETNAM)
    return Letter(seed["key"], refer.issuer, issued_at, body)


class _Refer:
    """Turns the facts' way of naming agencies into agency ids."""

    def __init__(self, seed: Mapping[str, Any], register: Register) -> None:
        self._register = register
        self._province = seed["province"]
        district = f"{self._province}/{seed['district']}" if "district" in seed else ""
        self._area = DISTRICTS[district] if district else self._province
        self.issuer = self.to(seed["issuer"])

    def to(self, name: str) -> str:
        """`CA_TINH`, `SO_LDTBXH@P63-01` or `GROUP:DEPARTMENTS` as an agency id of this paper."""
        name = name.removeprefix("GROUP:")
        code, _, area = name.partition("@")
        if code == ALL:
            return ALL
        if area:
            return f"{code}-{DISTRICTS.get(area, area)}"
        return f"{code}-{self._area if self._is_here(code) else self._province}"

    def _is_here(self, code: str) -> bool:
        """Whether a body of that type is found below the issuing area, or only in the province."""
        return self._area == self._province or self._level(code) in LEVELS_BELOW_DISTRICT

    def _level(self, code: str) -> str:
        found = self._register.kind(code) or self._register.group(code)
        if found is None:
            raise KeyError(f"the facts name {code}, which the register does not know")
        return found.level


def _days(seed: Mapping[str, Any]) -> tuple[str, str]:
    if seed["issue_date"]:
        return seed["issue_date"], seed["issue_date"]
    return ISSUED_BETWEEN[seed["issue_date_hint"]]


def _paper(basis: Mapping[str, Any]) -> dict[str, Any]:
    kept = ("ref", "resolved", "number", "date", "issuer")
    paper = {name: basis[name] for name in kept if basis.get(name) is not None}
    if "resolved" in paper:
        paper["resolved"] = without_remark(paper["resolved"])
    return paper


def _situation(seed: Mapping[str, Any]) -> dict[str, Any] | None:
    situation = seed.get("situation", {})
    figures = [
        {
            "indicator": each["indicator"],
            "area": each["area"],
            "period": each["period"],
            "value": str(each["value"]),
            "unit": each["unit"],
            "change_pct": str(each["change"]["pct"]) if "change" in each else None,
            "base_period": each["change"]["base_period"] if "change" in each else None,
            "source": each["source"],
        }
        for each in seed["statistics"]
    ]
    return {"figures": figures, **situation} if figures or situation else None


def _campaign(campaign: Mapping[str, Any], refer: _Refer) -> dict[str, Any]:
    return {
        "key": campaign["id"],
        "kind": campaign["kind"],
        "from": campaign["from"],
        "to": campaign["to"],
        "to_inclusive": campaign.get("to_inclusive", True),
        "scope": campaign["scope"],
        "lead": refer.to(campaign["lead"]) if "lead" in campaign else None,
        "parent": campaign.get("parent"),
        "note": in_vietnamese(campaign.get("note") or campaign.get("dates_note")),
    }


def _task(task: Mapping[str, Any], refer: _Refer) -> dict[str, Any]:
    same = ("title_vi", "title_en", "work_line", "mode", "due", "area", "target_groups", "events")
    return {
        "key": task["id"],
        **{name: task[name] for name in same},
        "lead": refer.to(task["lead"]),
        "coordinators": [refer.to(each) for each in task["coordinators"]],
        "note": in_vietnamese(task.get("note")),
        "report_line": "R1" if "via" in task else None,
    }


def _target(target: Mapping[str, Any]) -> dict[str, Any]:
    same = ("indicator", "title_vi", "operator", "unit", "measure_by")
    return {
        "key": target["id"],
        **{name: target[name] for name in same},
        "value": None if target["value"] is None else str(target["value"]),
        "scope": {"population": in_vietnamese(target["scope"])},
        "numerator": in_vietnamese(target["numerator"]),
        "denominator": in_vietnamese(target["denominator"]),
        "measure_by_assumed": target["measure_by_assumed"],
    }


def _report(report: Mapping[str, Any], refer: _Refer) -> dict[str, Any]:
    to = report["to"] if isinstance(report["to"], list) else [report["to"]]
    before = report.get("due_before")
    return {
        "key": report["id"],
        "reporters": [refer.to(each) for each in report["from"]],
        "to": [refer.to(each) for each in to],
        "via": refer.to(report["via"]) if "via" in report else None,
        "consolidates": report.get("consolidates"),
        "due": {"type": "before", "on": before[:10]} if before else {"type": "none"},
        "due_phrase": report.get("due_phrase"),
        "content": [in_vietnamese(each) for each in report.get("content", [])],
        "nil_report_allowed": report.get("nil_report_allowed", True),
    }
