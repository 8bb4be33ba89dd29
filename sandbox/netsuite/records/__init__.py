"""Records as JSON: which fields exist, how a body is merged, checked, saved and shown."""
