"""Stand-ins for the modules of ``vae`` that a part does not grade.

They have the interface of CONTRACT section 1 and compute something else of the right kind, so
that a part is judged on its own file alone and no answer lies in the student's process.
What lies in ``for_<part>/`` is added to the end of a stand-in where that part is graded.
"""
