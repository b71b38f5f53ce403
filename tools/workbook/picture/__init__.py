"""The workbook drawn without Azure: the same items and queries, over recorded rows, as SVG."""
