"""The label studio: templates in millimetres with a preview, printers, and the special mark."""
