"""Targets: figures that a directive wants reached by a day; gaps in the source stay gaps."""
