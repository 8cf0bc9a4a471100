"""Label PDFs: the fixed part of a label once, and for each label its symbol and its typed code."""
