"""The exams of the chapter on AutoML, one a file, and what they share."""
