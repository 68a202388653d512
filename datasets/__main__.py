"""`python datasets`: all that this folder can do."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

from longrange.command import main

if __name__ == "__main__":
    sys.exit(main())
