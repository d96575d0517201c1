"""What Airflow's own pages show beside its own: the report of a release."""
