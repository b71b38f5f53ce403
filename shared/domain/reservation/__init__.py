"""Owned reservations of provisioned throughput."""
