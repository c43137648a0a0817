"""Grades tuning notebooks by evidence: what they compute, not what they claim."""
