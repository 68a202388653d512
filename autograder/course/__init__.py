"""The old name of a room: see `autograder.course.config`."""
