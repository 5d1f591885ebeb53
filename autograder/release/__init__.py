"""What goes out, and the gate in front of it: nothing leaves that is wrong, or that holds anything hidden.

``artefact`` opens what was built, ``fragments`` compares texts, ``secrets`` knows what is hidden, and ``trial``
grades the hand-out and runs its public checks.
"""
