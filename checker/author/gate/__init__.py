"""The authors' gate: one sentence for each fault of a course, with the file and the line where it can be mended."""
