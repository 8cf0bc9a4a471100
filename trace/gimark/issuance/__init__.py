"""Issue runs: codes, ranges, the signer."""
