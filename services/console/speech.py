"""How the console speaks: one reader's language, numbers, days and names."""

from collections.abc import Mapping
from datetime import date, datetime
from string import Formatter
from typing import Any

from markupsafe import Markup, escape

from services.console import moments
from services.console.words import WORDS
from shared.actor import VIETNAM


class Numbers(Formatter):
    """Fills a sentence: whole numbers are grouped, `{n:file|files}` agrees with the number."""

    def __init__(self, english: bool) -> None:
        self._english = english

    def format_field(self, value: Any, format_spec: str) -> str:
        """One value of the sentence."""
        if "|" in format_spec:
            one, many = format_spec.split("|")
            return one if value == 1 else many
        if isinstance(value, int) and not isinstance(value, bool):
            return grouped(value, self._english)
        return str(value)


class Speech:
    """Words for one request. Recorded Vietnamese text is shown as it was recorded."""

    def __init__(self, english: bool, now: datetime) -> None:
        self.english = english
        self.now = now.astimezone(VIETNAM)
        self.lang = "en" if english else "vi"
        self._numbers = Numbers(english)

    def __call__(self, key: str, /, **values: Any) -> str:
        """The words under a key of the table, filled."""
        return self._numbers.vformat(WORDS[key][self.english], (), values)

    def html(self, key: str, /, **values: Any) -> Markup:
        """The same where the words carry emphasis; every value is escaped."""
        safe = {
            name: value if isinstance(value, int) else escape(value)
            for name, value in values.items()
        }
        return Markup(self._numbers.vformat(WORDS[key][self.english], (), safe))

    def knows(self, key: str) -> bool:
        """Whether the table has the key; codes that it does not know are shown as they are."""
        return key in WORDS

    def code(self, kind: str, code: str) -> str:
        """A code of a list in words, or the code itself when the list has grown since."""
        key = f"{kind}.{code}"
        return self(key) if key in WORDS else code

    def of(self, thing: Mapping[str, Any], field: str) -> str:
        """A field that comes in two languages; Vietnamese where there is no other."""
        if self.english and (english := thing.get(f"{field}_en")):
            return str(english)
        return str(thing.get(f"{field}_vi") or thing.get(field) or "")

    def number(self, value: int) -> str:
        """`1.404` in Vietnamese, `1,404` in English."""
        return grouped(value, self.english)

    def day(self, of: date | str | None, *, dense: bool = False) -> str:
        """`30/07/2025`; dense lists leave out this year."""
        return moments.day(of, self.now, always_year=not dense)

    def when(self, at: datetime | None) -> str:
        """Shortest good name of a moment in a list: the hour today, else the day."""
        if at is None:
            return ""
        local = at.astimezone(VIETNAM)
        if local.date() == self.now.date():
            return moments.hour(local)
        return self.day(local.date(), dense=True)

    def moment(self, at: datetime, *, end: bool = False, now: datetime | None = None) -> str:
        """`16:20 hôm nay`, `24:00, 30/09/2025`; `end` for terms, whose midnight is 24:00."""
        local = at.astimezone(VIETNAM)
        of = moments.legal_day(local) if end else local.date()
        clock = moments.hour(local, end=end)
        if of == (now or self.now).astimezone(VIETNAM).date():
            return self("moment.today", clock=clock)
        return f"{clock}, {self.day(of)}"

    def weekday(self, of: date) -> str:
        """`T4`, `CN`."""
        return (moments.WEEKDAYS_EN if self.english else moments.WEEKDAYS_VI)[of.weekday()]

    @property
    def stamp(self) -> str:
        """Now, as the top bar shows it: `T4 30/07/2025 09:42`."""
        return f"{self.weekday(self.now.date())} {self.now:%d/%m/%Y %H:%M}"


def grouped(value: int, english: bool) -> str:
    """A whole number with its thousands set apart."""
    text = f"{value:,}"
    return text if english else text.replace(",", ".")
