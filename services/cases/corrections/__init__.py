"""Corrections of what was recorded of tips, cases, persons and raids: of one field, by authority.

A noun like the others: its event, its rules of who may, its door; what it decides on is theirs.
"""
