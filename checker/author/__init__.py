"""For authors of exercises: a gate that names each fault, a scaffold, a preview of the messages, and the release."""
