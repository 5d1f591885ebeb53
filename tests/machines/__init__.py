"""``autograder grade`` on broken or restricted machines: every right submission gets 100, or a refusal says why.

``python -m tests.machines`` tries all rows and writes docs/machines.md; pytest tries only those in ``rows.OFTEN``.
"""
