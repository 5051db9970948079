"""What is said of corrections: of which fact, old and new, on whose authority.

Old and new are said as far as the fact that was corrected may be read by everybody; of sensitive
facts only that something was corrected. A fact is called what the law or the office calls it.
"""

from collections.abc import Iterator, Mapping
from types import ModuleType

from services.cases.accused import events as accused
from services.cases.corrections import events as of_cases
from services.cases.proceedings import events as proceedings
from services.cases.raids import events as raids
from services.cases.tips import events as tips
from services.cases.trials import events as trials
from services.directives import events as directives
from services.directives.corrections import events as of_directives
from services.directives.tasks import events as tasks
from services.timeline.sentences.saying import Words
from shared.domain import Event

NAMED_BY: Mapping[str, str] = {}

TITLES: Mapping[str, tuple[str, str]] = {}
"""A correction is of a thing that is called something already."""

SENTENCES: Mapping[str, tuple[str, str]] = {
    "directives.record_corrected.v1": (
        "{actor} đính chính {field_path:said.corrected} của “{target_topic:said.fact}”, {paper}"
        "{change:change}, theo {authority:authority}{reason:because}.",
        "{actor} corrects {field_path:said.corrected} of “{target_topic:said.fact}”, {paper}"
        "{change:change}, by {authority:authority}{reason:because}.",
    ),
    "cases.record_corrected.v1": (
        "{actor} đính chính {field_path:said.corrected} của “{target_topic:said.fact}”"
        "{change:change}, theo {authority:authority}.",
        "{actor} corrects {field_path:said.corrected} of “{target_topic:said.fact}”"
        "{change:change}, by {authority:authority}.",
    ),
}
"""A reason is said of papers alone: in free words about a case there may be a person."""

FACTS = (accused, proceedings, raids, tips, trials, directives, tasks)
CORRECTABLE = {*of_cases.RecordCorrected.CORRECTABLE, *of_directives.RecordCorrected.CORRECTABLE}


def _facts(module: ModuleType) -> Iterator[type[Event]]:
    """The facts of a module that can be corrected."""
    for each in vars(module).values():
        is_fact = isinstance(each, type) and issubclass(each, Event)
        if is_fact and getattr(each, "TOPIC", "") in CORRECTABLE:
            yield each


WORDS: Words = {
    **{f"fact.{each.TOPIC}": each.LABEL for module in FACTS for each in _facts(module)},
    "corrected.occurred_at": ("thời điểm xảy ra", "when it happened"),
    "corrected.incoming_number": ("số đến", "the incoming number"),
    "corrected.incoming_date": ("ngày đến", "the day of arrival"),
    "corrected.happened_on": ("ngày xảy ra vụ việc", "the day of what is reported"),
    "corrected.decision_ref": ("số quyết định", "the number of the decision"),
    "corrected.decision_no": ("số quyết định phân công", "the number of the assignment"),
    "corrected.doc_ref": ("số văn bản", "the number of the paper"),
    "corrected.warrant_ref": ("số lệnh", "the number of the order"),
    "corrected.conclusion_ref": ("số bản kết luận", "the number of the conclusion"),
    "corrected.docket_no": ("số thụ lý", "the docket number"),
    "corrected.documents": ("số bút lục", "the number of sheets"),
    "corrected.exhibits": ("số vật chứng", "the number of exhibits"),
    "corrected.persons_summoned": ("số người được triệu tập", "the number of people summoned"),
    "corrected.suspects_held": ("số người bị giữ", "the number of people held"),
    "corrected.evidence_items": ("số tang vật", "the number of items of evidence"),
}
