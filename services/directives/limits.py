"""How long and how many: the limits of what one paper may hold."""

from typing import Annotated

from pydantic import Field

NUMBER_MAX = 999_999
"""The highest number that a document may carry within a year."""
ADDRESSEES_MAX = 500
TASKS_MAX = 200
TARGETS_MAX = 100
REPORTS_MAX = 50
CAMPAIGNS_MAX = 50
FIGURES_MAX = 500
REFERENCES_MAX = 50
NAMES_MAX = 100
"""Short names in one list: places, groups, gaps, evidence."""

Key = Annotated[str, Field(pattern=r"^[A-Z][A-Z0-9]{0,7}(\.[1-9][0-9]{0,3}){0,8}$")]
"""Name of a line within its directive, for example `T01`; `T01.2` is a share handed down."""
