"""The sandbox: the only part of the kit that meets student code.

The grader's side is `Sandbox` and `Worker` in client/. Inside bubblewrap (bubblewrap.py) a zygote (zygote.py) forks a
worker (worker.py) for each submission, behind a second wall of its own (walls.py). Values, and nothing
else, travel between them (wire.py).
"""
