"""Corrections of what was recorded of papers and tasks: of one field, on a paper's authority."""
