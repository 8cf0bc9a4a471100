"""The `gimark` command line, the county profiles, the demo and the benchmarks."""
