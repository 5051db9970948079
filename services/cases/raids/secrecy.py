"""What is an operational secret does not enter this store: only a stub of it does. Pure."""

from collections.abc import Mapping
from typing import Any

from pydantic import model_validator

from services.cases.raids import refusals
from shared.domain import Command, Event


class Stub(Command):
    """What may be said of a secret thing. One word more, and nothing of it is recorded.

    Neither the refusal nor any log repeats what was sent, field names included.
    """

    @model_validator(mode="before")
    @classmethod
    def _refuse_more(cls, said: Any) -> Any:
        if issubclass(cls, Event) or not isinstance(said, Mapping):
            return said
        if said.keys() - cls.model_fields.keys():
            raise refusals.secret(sorted(cls.model_fields))
        return said
