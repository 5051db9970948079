"""What is an operational secret does not enter this store: only a stub of it does. Pure."""

import re
from collections.abc import Mapping
from datetime import date
from typing import Annotated, Any

from pydantic import BeforeValidator, model_validator

from services.cases.raids import refusals
from shared.domain import Command, Event
from shared.fields import Day


def _written(said: Any) -> Any:
    return date.fromisoformat(said) if isinstance(said, str) and ISO_DAY.fullmatch(said) else said


ISO_DAY = re.compile(r"\d{4}-\d\d-\d\d")
WrittenDay = Annotated[Day, BeforeValidator(_written)]
"""A day of a stub: a stub is looked at before it is read, and what is no JSON any more is text."""


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
