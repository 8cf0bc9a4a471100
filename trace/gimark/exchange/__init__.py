"""What goes in and out as workbooks: batches that a producer uploads, and every list as a table to keep."""
