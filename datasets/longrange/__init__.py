"""Two data sets with a dependency across many words, printer tickets and agreement; their generators, loaders and baselines."""
