"""The gentle lock-out: after some wrong passwords or codes the next is not looked at for a while, in every process."""
