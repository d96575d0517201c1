"""Record linkage on sets that this project did not write, beside others on the same rows."""
