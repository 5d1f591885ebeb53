"""The untrusted side: a student's code, alone in a sealed process that holds no answers.

Nothing here imports the hidden checks or the solution; import-linter proves it in CI.
``client`` is the grader's handle; everything else runs in the warm parent and its children:

    grader (secrets) -> warm parent (torch imported, no secrets) -> supervisor -> student
"""
