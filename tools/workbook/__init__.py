"""The workbook of Azure Monitor: what it shows, as the document Azure takes, and as a picture."""
