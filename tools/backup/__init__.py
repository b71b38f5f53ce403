"""Saving and restoring what the monitor keeps, in one file that any storage account takes back."""
