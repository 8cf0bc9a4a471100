"""What networks tried and failed at in the last minutes, told by each process to all others."""
