"""Questions: benchmarks, studies and grading. Nothing in the product imports this package."""
