"""The books in a browser: read-only pages under /_sandbox/books/, drawn on the server, without script or anything from elsewhere."""
