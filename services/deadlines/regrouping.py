"""Cases are joined and split: whoever is in them, and what runs about them, goes along. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass

from shared.envelope import Envelope


@dataclass(frozen=True, slots=True)
class Move:
    """What is in one case is in another from now on."""

    source: str
    to: str
    only: tuple[str, ...] = ()
    """Who goes; nobody by name: all."""

    def takes(self, subject: str) -> bool:
        """Whether somebody, or something, who is in the one case goes to the other."""
        return not self.only or subject in self.only


def moves(envelope: Envelope) -> tuple[Move, ...]:
    """What a fact moves. Every stream of a join is told of the whole of it: what that of the case
    says which takes the others in counts, because that case may have to be counted anew."""
    fields, own = envelope.fields, next(iter(envelope.metadata.subjects), "")
    match envelope.topic:
        case "cases.cases_regrouped.v1":
            results: Sequence[str] = fields.get("result_cases", ())
            if own not in [f"case:{each}" for each in results[:1]]:
                return ()
            gone = [each for each in fields.get("source_cases", ()) if each not in results]
            return tuple(Move(f"case:{each}", own) for each in gone)
        case "cases.case_split_off.v1" if fields.get("accused"):
            persons = tuple(f"person:{each}" for each in fields["accused"])
            return (Move(f"case:{fields['split_from']}", own, persons),)
    return ()
