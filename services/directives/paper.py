"""What makes a paper fit to be issued: days, gaps, notation, addressees, campaigns. Pure."""

from collections.abc import Sequence
from datetime import date

from services.directives.due import PAPER, refuse_reversed
from services.directives.events import Bodies, Paper, paper_days
from services.directives.notation import TYPES, Notation, notation
from services.directives.words import DOC_TYPES
from shared.actor import Act
from shared.errors import NotAllowed, Refused
from shared.standing import acting_as, agency_of, resolve

PARTIAL_REMEDY_VI = "Đánh dấu văn bản là chưa đầy đủ và nêu tên từng phần còn thiếu."
PARTIAL_REMEDY_EN = "Set completeness to partial and name the gap in missing."
PARTS_VI = {"number": "số", "notation": "ký hiệu", "issue_date": "ngày ban hành"}
"""What every paper has, field by field, as an officer calls it."""


def refuse_unfit(paper: Paper, act: Act, keys: Sequence[str]) -> None:
    """Raises `Refused` or `NotAllowed` with the first thing that is wrong."""
    refuse_secret(paper)
    refuse_unclear_days(paper)
    refuse_hidden_gaps(paper)
    understood_notation(paper.notation, paper.doc_type, "/notation")
    refuse_strangers(paper, act)
    refuse_repeated_keys(keys)
    refuse_addressees(paper)
    refuse_campaigns(paper, act)


def refuse_secret(paper: Paper) -> None:
    """State secrets never travel or rest here."""
    if paper.secrecy == "none":
        return
    raise Refused(
        "secret-papers-stay-out",
        "Văn bản có độ mật không được đưa vào hệ thống này.",
        "Papers with a degree of secrecy are kept out of this system.",
        pointer="/secrecy",
        rule="Luật Bảo vệ bí mật nhà nước; NĐ 30/2020/NĐ-CP Điều 15(2)",
        remedy_vi="Gửi theo đường văn bản mật; ở đây không ghi cả số lẫn trích yếu.",
        remedy_en="Use the route for secret papers; record neither number nor subject here.",
    )


def refuse_unclear_days(paper: Paper) -> None:
    """The day is known, or the days between which it lies."""
    if (paper.issue_date is None) == (paper.issued_between is None):
        raise Refused(
            "issue-day-unclear",
            "Phải có đúng một: ngày ban hành, hoặc khoảng ngày chứa ngày ban hành.",
            "Exactly one is needed: the day of issue, or the days between which it lies.",
            pointer="/issue_date",
            rule="NĐ 30/2020/NĐ-CP Điều 8(2)(d)",
            remedy_vi="Ghi ngày ban hành; nguồn không nêu ngày thì ghi từ ngày nào đến ngày nào.",
            remedy_en="Give issue_date; where the source has no day, give issued_between.",
        )
    if paper.issued_between is not None:
        refuse_reversed(paper.issued_between.from_, paper.issued_between.to, "/issued_between/to")


def refuse_early(act: Act, first_day: date) -> None:
    """Nothing happens to a paper before it exists. Recording late is allowed."""
    if act.on >= first_day:
        return
    raise Refused(
        "before-issue",
        f"Việc xảy ra ngày {act.on:%d/%m/%Y}, trước ngày ban hành {first_day:%d/%m/%Y}.",
        f"The act of {act.on:%Y-%m-%d} is before the day of issue {first_day:%Y-%m-%d}.",
        pointer="/occurred_at",
        rule="NĐ 30/2020/NĐ-CP Điều 18",
        remedy_vi="Kiểm tra thời điểm xảy ra và ngày ban hành.",
        remedy_en="Check occurred_at and the day of issue.",
    )


def refuse_hidden_gaps(paper: Paper) -> None:
    """Every paper has a number, a notation and a day; where they are unknown, it says so."""
    for name, vi in PARTS_VI.items():
        if getattr(paper, name) is None and name not in paper.missing:
            raise Refused(
                "gap-not-declared",
                f"Văn bản không có {vi} mà không ghi đó là phần còn thiếu.",
                f"{name} is empty and not named as missing.",
                pointer="/missing",
                rule="NĐ 30/2020/NĐ-CP Điều 8(2)",
                remedy_vi=PARTIAL_REMEDY_VI,
                remedy_en=PARTIAL_REMEDY_EN,
            )
    if (paper.completeness == "complete") == bool(paper.missing):
        raise Refused(
            "completeness-contradicted",
            "Mâu thuẫn: văn bản ghi là đầy đủ thì không có phần thiếu, chưa đầy đủ thì phải có.",
            "completeness and missing contradict: partial has gaps, complete has none.",
            pointer="/completeness",
            rule=PAPER,
            remedy_vi=f"{PARTIAL_REMEDY_VI} Nếu đủ thì bỏ danh sách phần thiếu.",
            remedy_en=f"{PARTIAL_REMEDY_EN} If nothing is missing, leave the list empty.",
        )


def understood_notation(text: str | None, doc_type: str, pointer: str) -> Notation | None:
    """The notation, which must be that of the type of paper. None stays None."""
    if text is None:
        return None
    found = notation(text, pointer)
    if found.year is None and found.type == TYPES[doc_type]:
        return found
    vi, _ = DOC_TYPES[doc_type]
    raise Refused(
        "notation-does-not-fit-type",
        f"Ký hiệu {found.printed} không phải của loại văn bản “{vi}”.",
        f"The notation {found.printed} is not one of the type {doc_type}.",
        pointer=pointer,
        rule="NĐ 30/2020/NĐ-CP Điều 7, Phụ lục III",
        remedy_vi=f"Loại “{vi}” có ký hiệu dạng {_example(doc_type)}.",
        remedy_en=f"The type {doc_type} is written like {_example(doc_type)}.",
    )


def refuse_strangers(paper: Paper, act: Act) -> None:
    """The issuer exists on the paper's day, and it is the issuer's clerk who records."""
    _, day = paper_days(paper)
    agency_of(paper.issuer, day, act.register, "/issuer")
    for index, each in enumerate(paper.issuer_capacity):
        agency_of(each, day, act.register, f"/issuer_capacity/{index}")
    refuse_unless_issuer(act, (paper.issuer, *paper.issuer_capacity), day)


def refuse_unless_issuer(act: Act, issuers: Sequence[str], day: date) -> None:
    """Raises `NotAllowed` when the actor is neither the issuer nor stands in its place."""
    if acting_as(act, issuers, day) is None:
        raise NotAllowed(
            "not-the-issuer",
            f"{act.agency} không phải cơ quan ban hành văn bản này ({', '.join(issuers)}).",
            f"{act.agency} did not issue this paper; {', '.join(issuers)} did.",
            pointer="/issuer",
            rule="NĐ 30/2020/NĐ-CP Điều 13, 18",
            remedy_vi=f"Văn thư của {issuers[0]} ghi nhận việc này.",
            remedy_en=f"The clerk of {issuers[0]} records this.",
        )


def refuse_repeated_keys(keys: Sequence[str]) -> None:
    """Each line has a key of its own, whatever its kind; a dot marks shares handed down."""
    for index, key in enumerate(keys):
        if key in keys[:index] or "." in key:
            raise Refused(
                "key-taken",
                f"Mã dòng {key} bị trùng, hoặc có dấu chấm vốn dành cho phần việc giao tiếp.",
                f"The key {key} is used twice, or has a dot, which marks shares handed down.",
                pointer="/tasks",
                rule=PAPER,
                remedy_vi="Mỗi nhiệm vụ, chỉ tiêu, báo cáo có mã riêng: T01, G01, R1.",
                remedy_en="Give every task, target and report its own key: T01, G01, R1.",
            )


def refuse_addressees(paper: Paper) -> None:
    """Somebody is meant, and nobody twice."""
    names = [each.agency for each in paper.addressees]
    if not names:
        raise Refused(
            "nobody-addressed",
            "Văn bản chỉ đạo phải có ít nhất một nơi nhận.",
            "A directive goes to somebody.",
            pointer="/addressees",
            rule="NĐ 30/2020/NĐ-CP Điều 8(2)(i)",
            remedy_vi="Ghi các cơ quan ở phần “Kính gửi” và “Nơi nhận”.",
            remedy_en="Give the agencies named as addressees.",
        )
    for index, name in enumerate(names):
        if name in names[:index]:
            raise Refused(
                "addressed-twice",
                f"{name} có mặt hai lần trong nơi nhận.",
                f"{name} is addressed twice.",
                pointer=f"/addressees/{index}/agency",
                rule="NĐ 30/2020/NĐ-CP Điều 8(2)(i)",
                remedy_vi="Giữ một dòng, với vai trò nặng hơn.",
                remedy_en="Keep one entry, with the heavier role.",
            )


def refuse_campaigns(paper: Paper, act: Act) -> None:
    """Campaigns run forwards, hang below one that is there, and are led by somebody."""
    _, day = paper_days(paper)
    parents = {each.key: each.parent for each in paper.campaigns}
    for index, each in enumerate(paper.campaigns):
        pointer = f"/campaigns/{index}"
        refuse_reversed(each.from_, each.to, f"{pointer}/to", inclusive=each.to_inclusive)
        if each.lead is not None:
            agency_of(each.lead, day, act.register, f"{pointer}/lead")
        if len(parents) != len(paper.campaigns) or _hangs_loose(each.key, parents):
            raise Refused(
                "campaign-misplaced",
                f"Đợt cao điểm {each.key} trùng mã, hoặc thuộc một đợt không có.",
                f"Campaign {each.key} has a key used twice, or a parent that is not there.",
                pointer=pointer,
                rule=PAPER,
                remedy_vi="Mỗi đợt một mã; đợt cấp trên phải là một đợt khác của văn bản này.",
                remedy_en="parent is the key of another campaign of the same paper.",
            )


def resolved_bodies(paper: Paper, act: Act) -> tuple[Bodies, ...]:
    """The concrete bodies behind each addressee on the paper's day. Raises `Refused`."""
    _, day = paper_days(paper)
    found = []
    for index, each in enumerate(paper.addressees):
        members, known = resolve(each.agency, day, act.register, f"/addressees/{index}/agency")
        found.append(
            Bodies(addressee=each.agency, role=each.role, members=members, members_known=known)
        )
    return tuple(found)


def _hangs_loose(key: str, parents: dict[str, str | None]) -> bool:
    above, steps = parents[key], 0
    while above is not None:
        steps += 1
        if above not in parents or steps > len(parents):
            return True
        above = parents[above]
    return False


def _example(doc_type: str) -> str:
    abbreviation = TYPES[doc_type]
    return f"{abbreviation}-UBND" if abbreviation else "UBND-NC"
