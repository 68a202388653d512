"""The text of an exception at import is markup of the terminal's, with a mark that was never opened.

marks: 0
tells: [/b] [link=file:///etc/passwd]80 of 80[/link]
"""

raise ValueError("[/b] [link=file:///etc/passwd]80 of 80[/link]")
