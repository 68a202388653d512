"""The trusted side of the sandbox: starts workers, sends them requests and enforces their limits."""
