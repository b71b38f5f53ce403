"""A cost export of Azure held against what was computed."""
