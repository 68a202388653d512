"""The jail: the only part of the kit that meets student code.

The grader's side is `Jail` and `Worker` (client.py). Inside the sandbox (sandbox.py) a zygote (zygote.py) forks a
worker (worker.py) for each submission, behind a second wall of its own (walls.py). Values, and nothing
else, travel between them (wire.py).
"""
