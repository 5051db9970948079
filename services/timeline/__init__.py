"""One timeline across agencies: every event as one entry, with both times, actor and subjects.

It reads what others record and decides nothing; it can be thrown away and made again.
"""
