"""Agreement: sentences whose verb takes its number from a subject many words before."""
