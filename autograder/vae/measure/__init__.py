"""What a student's function computes: one module for each stub, with its questions and readings (see checks.measured).

All questions are float32 and keep to what students are promised. The readings know the right formulas, but no mistake
of any student: they look for short formulas, growth, limits, gradients and spreads in whatever comes back.
"""
