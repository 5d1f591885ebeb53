"""nbgrader with the kit's own grading: notebooks are only data here, and a student's cells are never run.

``handed_in`` gives nbgrader a complete notebook for every student, ``cells`` writes what the sandboxed hidden checks
found into its test cells, ``collector`` sorts an LMS download, and ``pages`` shows answers without running their HTML.
release/nbgrader has the configuration that names them.
"""
