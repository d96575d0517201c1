"""The ledger: what was done, in order, and proof that the record was not edited afterwards."""
