"""The sandbox: the only part of the kit that runs student code.

The trusted side is `Sandbox` and `Worker` in client/. Inside bubblewrap (bubblewrap.py) a zygote (zygote.py) forks a worker
(worker.py) for each submission, which restricts itself further (walls.py). The two sides exchange values and nothing else
(wire.py).
"""
