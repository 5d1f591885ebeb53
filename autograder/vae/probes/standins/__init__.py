"""Stand-ins for the modules of ``vae`` that a part does not grade.

They have the interface that the hand-out promises but compute something else of the right kind. So a part
is judged only by its own file, and the student's process holds no answers.
A file in ``for_<part>/`` is appended to the stand-in of the same name when that part is graded.
"""
