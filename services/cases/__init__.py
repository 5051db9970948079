"""Criminal cases: tips, raids, proceedings, the accused, trials, acts across borders.

One log for all of them, one folder for each noun. It records what the competent bodies did and
refuses what the law does not let them do; it never decides for them, and it never says who is
guilty.
"""
