"""The release: what students get, made from solutions/."""
