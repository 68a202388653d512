"""Loops without end while it is imported.

marks: 0
tells: did not finish importing
"""

while True:
    pass
