"""The trusted side: hidden pytest checks, the instructor's reference, and what they agree on.

A check is a pytest test that takes the fixture ``submission``. It asks the sandbox, compares what
comes back with the reference, and raises ``expect.Failed`` with a message for the student. Its
docstring is the line that the student reads; its marker carries part, points and prerequisite.
"""
