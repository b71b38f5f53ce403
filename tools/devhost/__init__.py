"""The local Functions host: runs a Python function app where Core Tools can't be installed.

The worker's own library (azure-functions-runtime) indexes the app, checks its bindings and calls
its functions; this package is the host around it: HTTP, timers, queues, host.json, settings.
"""
