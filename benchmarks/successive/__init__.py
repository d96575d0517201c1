"""One person leaves, and two releases tell on whom: how often, under which rule, at what cost."""
