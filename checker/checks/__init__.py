"""Judges evidence. Each chapter has a module of checks; `exam` is what they are written with."""
