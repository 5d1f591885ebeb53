"""What is published, and the gate in front of it: nothing goes out that is wrong or holds anything hidden.

``artefact`` opens what was built, ``fragments`` compares texts, ``secrets`` knows what is hidden, and ``trial``
grades the hand-out and runs its public checks.
"""
