"""Printer tickets: stories whose last word was named many tokens before."""
