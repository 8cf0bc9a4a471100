"""Labels one by one, for designers and single packs: SVG whose texts are outlines, and pictures of one bit a dot."""
