"""The trusted side of the sandbox: it starts workers, asks them for values and limits them."""
