"""The app in fast forward: its own functions in this process, on a clock that is moved by hand.

Hours pass in seconds: posts come as their time comes, every timer runs on its schedule, and what
the app sends to Application Insights is recorded through the real exporters. Storage is in memory.
"""
