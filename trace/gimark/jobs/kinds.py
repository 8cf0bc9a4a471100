"""The kinds of job. Acts name them when they ask for work; the worker's handlers do it."""

COUNT_CHECKS = "count-checks"
EXPORT_NONCES = "export-nonces"
ISSUE_CODES = "issue-codes"
PRINT_LABELS = "print-labels"
PUBLISH_CHECKPOINT = "publish-checkpoint"
PUBLISH_STATUS = "publish-status"
SWEEP = "sweep"
