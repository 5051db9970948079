"""Persons held, accused, tried and convicted: one pseudonym from the first hold to the sentence."""
