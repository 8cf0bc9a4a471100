"""The regulator's desk: what stands how this season, and the registers with what may be done to them."""
