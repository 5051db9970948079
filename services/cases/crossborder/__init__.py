"""Across borders: information asked for and exchanged, joint action, people handed over."""
