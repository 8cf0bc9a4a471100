"""What a printer can be."""

LONGEST_NAME = 60
# The resolutions of label printers, in dots an inch; `labels.carrier` knows the same.
RESOLUTIONS = (203, 300, 600)
# Further off, the paper lies wrong.
MOST_OFFSET_UM = 10_000
MOST_PRINTERS = 50
