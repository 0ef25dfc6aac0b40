"""How large what is read from a file may be, in bytes."""

MEGABYTE = 1 << 20
RECORD_LIMIT = 64 * MEGABYTE
DOCUMENT_LIMIT = 512 * MEGABYTE
# of one answer that its vendor's shape makes one document, a report of 250,000 rows
ANSWER_LIMIT = 256 * MEGABYTE
