import re
import typing
from string import Formatter
from typing import Any, Literal

import pytest

from services.registry import SERVICES
from services.timeline.projection import agency_names, sentences_of, title
from services.timeline.sentences import NAMED_BY, SENTENCES, WORDS, say
from services.timeline.sentences import TITLES as SUBJECT_TITLES
from services.timeline.sentences.saying import CODED, LIST, WAYS
from shared.domain import Event
from tests.golden import BEGINNINGS, RECORDED_AT, TOPICS, envelope, kind_of, sample

EVENTS: dict[str, type[Event]] = {
    event.TOPIC: event for service in SERVICES for event in service.events
}
NAMES = {"actor", *NAMED_BY.values()}
ASIDE = f"aside{LIST}"
"""Said in brackets, or not at all when it would say again who acts."""
AGENCY_ID = re.compile(r"\b[A-Z][A-Z0-9_]+-(?:VN|P\d+)[-\w]*")
RAW = re.compile(r"[{}…]|\bNone\b|\bTrue\b|\bFalse\b|[a-z]+_[a-z]+|[0-9a-f]{8}-[0-9a-f]{4}-")
TITLES = {kind_of(topic): title(envelope(topic)) for topic in BEGINNINGS}


def told(topic: str, **changes: Any) -> list[str]:
    """The two sentences of a sample, its subjects called as their first events called them."""
    event = envelope(topic, 2, **changes)
    titles = {each: TITLES[each.partition(":")[0]] for each in event.metadata.subjects}
    return list(sentences_of(event, titles))


def places(topic: str) -> list[tuple[str, str]]:
    """(name, spec) pairs of the placeholders in both sentences of a topic, and in its title."""
    return [
        (name, spec or "")
        for template in (*SENTENCES[topic], *SUBJECT_TITLES.get(topic, ()))
        for _, names, spec, _ in Formatter().parse(template)
        if names
        for name in names.split("|")
    ]


def literals(event: type[Event], name: str) -> tuple[str, ...]:
    """Values that a field may have, when it is a closed list or a yes or no."""
    annotation = event.model_fields[name].annotation
    found = [annotation, *typing.get_args(annotation)]
    if bool in found:
        return ("True", "False")
    return tuple(
        value
        for each in found
        if typing.get_origin(each) is Literal
        for value in typing.get_args(each)
    )


def codes_said(topic: str) -> set[str]:
    """The codes that a topic's sentences may have to say, as the words are called."""
    said = set()
    for name, spec in places(topic):
        way, _, of = spec.partition(LIST)
        if way in CODED:
            codes = literals(EVENTS[topic], name)
            assert codes, f"{name} is said and is no closed list"
            said |= {f"{of}{LIST}{code}" if of else code for code in codes}
    return said


def test_every_event_has_a_sentence_and_there_are_no_others():
    assert {*SENTENCES} == {*EVENTS}


def test_every_event_has_a_golden_sample_to_be_told():
    assert {*TOPICS} == {*EVENTS}


@pytest.mark.parametrize("topic", sorted(SENTENCES))
def test_sentences_name_only_what_their_event_has(topic: str):
    for name, spec in places(topic):
        assert name in NAMES or name in EVENTS[topic].model_fields, name
        assert spec.partition(LIST)[0] in WAYS, spec


@pytest.mark.parametrize("topic", TOPICS)
def test_a_sample_is_told_in_two_languages_without_a_raw_code(topic: str):
    vi, en = told(topic)

    for sentence in (vi, en):
        assert sentence.endswith(".")
        assert sentence[0].isupper()
        assert not RAW.search(sentence), sentence
        assert not AGENCY_ID.search(sentence), sentence
        assert ".." not in sentence and "  " not in sentence, sentence
    assert vi != en


@pytest.mark.parametrize("topic", sorted(SUBJECT_TITLES))
def test_a_title_is_of_a_first_fact_and_says_no_raw_code(topic: str):
    assert topic in BEGINNINGS
    for words in TITLES[kind_of(topic)]:
        assert words.strip() and not RAW.search(words), words


@pytest.mark.parametrize("topic", TOPICS)
def test_what_may_be_missing_leaves_no_hole_in_the_sentence(topic: str):
    missing = {
        name: None
        for name, field in EVENTS[topic].model_fields.items()
        if not field.is_required() and field.default is None
    }

    for sentence in told(topic, **missing):
        assert not RAW.search(sentence), sentence
        assert not re.search(r"[:,] ?\.|: *$", sentence), sentence


@pytest.mark.parametrize("topic", sorted(SENTENCES))
def test_every_code_that_is_said_has_words(topic: str):
    asides = {spec.partition(LIST)[2] for _, spec in places(topic) if spec.startswith(ASIDE)}
    for code in codes_said(topic):
        vi, en = WORDS[code]
        assert (vi and en and vi != en) or (not vi + en and code.partition(LIST)[0] in asides)


def test_no_words_are_left_of_codes_that_nobody_says():
    said = {code for topic in SENTENCES for code in codes_said(topic)}

    assert {*WORDS} == said


def test_sentences_say_what_happened():
    assert told("directives.task_acknowledged.v1")[0] == (
        "Công an tỉnh Nghệ An tiếp nhận nhiệm vụ T01 (Hoạt động 30/7 và hai đợt cao điểm), "
        "văn bản 6325/UBND-NC."
    )
    assert told("directives.directive_received.v1")[1] == (
        "Provincial Police, Nghệ An registers paper 6325/UBND-NC, incoming number 1482."
    )
    assert told("directives.report_consolidated.v1")[0].endswith("1 đơn vị đã báo cáo, 2 chưa.")
    assert told("directives.report_submitted.v1", nil_report=True)[0].endswith("(không phát sinh).")


@pytest.mark.parametrize(
    ("by", "vi", "en"),
    [
        ("VKS", "Viện kiểm sát nhân dân tỉnh Nghệ An trả hồ sơ", "Procuracy, Nghệ An returns"),
        ("PANEL", "Nghệ An (Hội đồng xét xử) trả hồ sơ", "Nghệ An (trial panel) returns"),
    ],
)
def test_who_returns_a_file_is_said_once(by: str, vi: str, en: str):
    topic = "cases.supplementary_investigation_requested.v1"

    sentences = told(topic, by=by, agency="VKSND_TINH-P34-40")

    assert vi in sentences[0] and en in sentences[1]


@pytest.mark.parametrize(
    ("agency", "vi", "en"),
    [
        (
            "TAND_KV-P34-40",
            "Tòa án nhân dân khu vực thuộc tỉnh Nghệ An",
            "Regional People's Court, Nghệ An",
        ),
        (
            "DON_BP-P34-40-16681",
            "Đồn Biên phòng thuộc phường Thành Vinh",
            "Border Guard station, Thành Vinh",
        ),
        (
            "DON_BP-P34-40",
            "Các Đồn Biên phòng thuộc tỉnh Nghệ An",
            "Every Border Guard station in Nghệ An",
        ),
    ],
)
def test_a_body_without_a_list_is_named_as_one_and_several_as_several(
    agency: str, vi: str, en: str
):
    assert agency_names(agency, RECORDED_AT) == (vi, en)


def test_everybody_addressed_is_called_so():
    vi, en = told("directives.task_assigned.v1", lead="ALL_ADDRESSEES")

    assert "tất cả nơi nhận" in vi
    assert "all addressees" in en


def test_what_people_wrote_is_quoted_and_never_read_as_a_pattern():
    vi, en = told("directives.directive_issued.v1", subject_vi="{actor} {0!r:>9}", subject_en=None)

    assert vi.endswith(": {actor} {0!r:>9}.")
    assert en.endswith(": {actor} {0!r:>9}.")


def test_a_way_of_saying_that_does_not_exist_is_noticed():
    with pytest.raises(ValueError, match="no way to say 'loud'"):
        say("{reason:loud}", sample("directives.task_cancelled.v1"), False, str)
