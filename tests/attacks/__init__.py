"""Every attack that we know of, as a test with its figure; each weakened house is caught."""
