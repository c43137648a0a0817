"""The learner's loop: watch, reset, `%grade` in the notebook, and the log of the last grading."""
