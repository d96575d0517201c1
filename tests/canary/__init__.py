"""No identifier escapes: marked deliveries, all that is written searched, and a leaky twin."""
