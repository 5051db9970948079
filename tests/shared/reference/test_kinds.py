from shared.reference import load_register
from shared.reference.kinds import RANKS, read_groups, read_kinds


def test_there_are_eighty_nine_kinds_and_each_can_be_placed_and_named() -> None:
    kinds = read_kinds()

    assert len(kinds) == 89
    for kind in kinds.values():
        assert "-" not in kind.code
        assert kind.level in RANKS
        assert kind.form_vi.format(place="tỉnh A", bare="A")
        assert kind.short_vi.format(place="tỉnh A", bare="A")


def test_a_kind_that_ended_has_a_successor_from_the_day_after() -> None:
    kinds = read_kinds()

    for kind in kinds.values():
        if kind.valid_to is None:
            continue
        assert kind.successors, kind.code
        heirs = [kinds[code] for code in kind.successors]
        assert all(heir.valid_to is None or heir.valid_to > kind.valid_to for heir in heirs)


def test_groups_have_members_of_their_level_and_codes_of_their_own() -> None:
    kinds = read_kinds()
    groups = read_groups(kinds)

    assert len(groups) == 8
    assert not set(groups) & set(kinds)
    for group in groups.values():
        assert len(set(group.members)) == len(group.members)
        assert {kinds[code].level for code in group.members} == {group.level}


def test_a_kind_of_body_tells_its_competences() -> None:
    register = load_register()

    kind = register.kind("SO_YTE")

    assert kind is not None
    assert "victim_support_lead" in kind.competences
    assert register.kind("NOBODY") is None
