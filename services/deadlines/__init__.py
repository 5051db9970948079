"""Deadlines: the clock of the law. Opens, extends, stops, warns of and misses every period."""
