"""What the pages of both sandboxes share: one style, one frame, escaping, and a policy that lets nothing else in."""
