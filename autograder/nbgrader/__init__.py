"""nbgrader with the kit's own grading: notebooks are data here, and no cell of a student's is ever run.

``handed_in`` gives nbgrader a whole notebook for every student, ``cells`` writes what the sandboxed hidden checks
found into its test cells, ``collector`` sorts an LMS download, ``pages`` shows answers without running their HTML. release/nbgrader has the configuration that names them.
"""
