"""widebridge: consented leisure activity joined to aggregated health data, per ICS."""
