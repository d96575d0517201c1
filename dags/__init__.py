"""When things run: thin factories over `schemas/`, no logic."""
