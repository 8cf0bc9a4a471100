"""Long work as rows: a job table with leases."""
