"""The exams of the chapter on hp functions, one a file, and what they share."""
