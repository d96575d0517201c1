"""Sign-off: officers, their approvals, and candidates that wait."""
