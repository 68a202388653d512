"""Which mistake a wrong answer is: its calls are made again with each candidate in its place."""
