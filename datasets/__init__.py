"""Two data sets with a dependency across many words: printer tickets and subject-verb agreement."""
