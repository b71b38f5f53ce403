"""Benchmarks of the app as it runs locally: `make bench`, figures in docs/benchmarks.md."""
