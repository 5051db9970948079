"""Trials: a case before the courts, from acceptance to execution, with appeal and review.

The trial is a part of the case's own stream: `OnTrial` is the half of `Case` that begins when a
court accepts the file. Courts are independent: what they decide is recorded; only what the law
does not draw is refused, and protections of victims give way to a court's own reasons alone.
"""
