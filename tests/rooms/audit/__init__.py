"""The ledger: its tree, its checkpoints, and what is found of one that was tampered with."""
