"""Stand-ins for the modules of ``fit`` that a part does not grade: something else of the right kind, not the answer."""
