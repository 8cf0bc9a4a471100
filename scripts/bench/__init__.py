"""Benchmarks: one module each, `run(options) -> Report`. Figures are CPU time per unit and ratios inside one run."""
