"""Dated reference data and its pure loaders: bodies, areas, groups, working days, periods.

The law and the organisation are data with dates, not code: a fact is judged by the bodies and the
periods of the day it happened. Nothing is read when a module is imported; `load_register`,
`load_calendar` and `load_periods` read the files beside them once. See README.md for the sources.
"""

from shared.reference.areas import Area
from shared.reference.errors import RegisterError
from shared.reference.register import Agency, Register, load_register

__all__ = ["Agency", "Area", "Register", "RegisterError", "load_register"]
