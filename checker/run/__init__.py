"""Runs one notebook in a process of its own and asks it the grader's questions."""
