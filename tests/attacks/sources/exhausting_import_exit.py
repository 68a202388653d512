"""Ends its process while it is imported.

marks: 0
tells: could not be imported
"""

import os

os._exit(0)
