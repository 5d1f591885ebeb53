"""The trusted side: it runs the hidden pytest checks, which compare a submission with the instructor's reference.

A check is a pytest test that takes the fixture ``submission`` or ``whole_submission``. It asks the sandbox,
compares the answer with the reference, and raises ``expect.Failed`` with a message for the student. The first
line of its docstring is its English title. Its marker holds points and prerequisite; its file's marker names the part.
"""
