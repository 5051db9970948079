"""Who may return a file for supplementary or new investigation, to whom, how often. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass

from services.cases.proceedings import refusals
from services.cases.proceedings.bodies import INVESTIGATING, kind_of
from services.cases.proceedings.events import RequestSupplementaryInvestigation
from services.cases.trials.courts import REVIEW
from shared.actor import Act
from shared.standing import agency_of

RETURNS_MAX: Mapping[str, int] = {"VKS": 2, "JUDGE": 1, "PANEL": 1}
"""BLTTHS 174(2). A quashed judgment is no return of this kind: it has no limit here."""


@dataclass(frozen=True, slots=True)
class Returning:
    """From which stage and which kind of body somebody returns a file, and what for."""

    stage: str
    sender: str
    receivers: frozenset[str]
    kind: str


RETURNING: Mapping[str, Returning] = {
    "VKS": Returning("PROSECUTION", "VKS", INVESTIGATING, "supplementary"),
    "JUDGE": Returning("TRIAL_PREPARATION", "COURT", frozenset({"VKS"}), "supplementary"),
    "PANEL": Returning("TRIAL", "COURT", frozenset({"VKS"}), "supplementary"),
    "APPEAL": Returning("INVESTIGATION", "COURT", frozenset({"VKS"}), "re_investigation"),
    "CASSATION": Returning("REVIEW", "COURT", frozenset({"VKS"}), "re_investigation"),
}
"""Appeal: the judgment that quashed the former one has led back to the investigation; the file
still has to go there. Cassation (and reopening: memory): this is the decision that quashes (BLTTHS
391, 396); there is no other fact for it."""


def refuse_return(
    said: RequestSupplementaryInvestigation, stage: str, holder: str, before: int, act: Act
) -> None:
    """Raises `Refused` when this one may not return the file from here, there, or once more."""
    row = RETURNING[said.by]
    if stage != row.stage or kind_of(holder) != row.sender or said.kind != row.kind:
        raise refusals.wrong_kind(
            "/by" if said.kind == row.kind else "/kind",
            f"{said.by} không trả hồ sơ ở giai đoạn này theo loại này",
            f"{said.by} does not return the file at this stage and in this way",
            refusals.RETURNS,
        )
    if said.by == "CASSATION" and act.by.type_code not in REVIEW:
        raise refusals.not_reviewing(act.agency)
    limit = RETURNS_MAX.get(said.by)
    if limit is not None and before >= limit:
        raise refusals.too_many_returns(said.by, limit)
    agency_of(said.returned_to, act.on, act.register, "/returned_to")
    if kind_of(said.returned_to) not in row.receivers:
        to, ways = said.returned_to, sorted(row.receivers)
        raise refusals.wrong_way(holder, to, ways, refusals.RETURNS, "/returned_to")
