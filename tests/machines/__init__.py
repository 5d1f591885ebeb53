"""What is done to a machine, and what ``autograder grade`` makes of it: every right submission gets 100, or a refusal says why.

``python -m tests.machines`` tries all rows and writes docs/machines.md; pytest tries those that are marked for it.
"""
