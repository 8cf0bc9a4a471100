"""The second factor: codes of an authenticator application (RFC 6238), and recovery codes for when it is lost."""
