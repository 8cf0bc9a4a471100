"""Labels for thermal printers, dot by dot: Zebra's ZPL and the TSPL of TSC, Gprinter and many others.

The printer draws nothing itself, no bar code and no font: every bit is ours, so what is printed is what was decoded
in the test.
"""
