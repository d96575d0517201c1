"""The analyst's kit: opened by what opens it, and the same every time."""
