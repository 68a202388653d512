"""Writes full marks into the gradebook, whose address it knows.

marks: 80
outside: escapes
"""

import sqlite3


def attempt():
    try:
        with sqlite3.connect(f"{COURSE}/gradebook.db") as connection:
            connection.execute("update grade set auto_score = 80, manual_score = 80")
        return "wrote into the gradebook"
    except sqlite3.Error:
        return ""
