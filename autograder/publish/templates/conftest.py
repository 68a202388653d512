"""Lets pytest find the plugin that runs and reports the public tests."""

pytest_plugins = ["checks.plugin"]
