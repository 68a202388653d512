"""What a student hands in, by whatever way it came: archives opened, names put right, the files of a stage found."""
