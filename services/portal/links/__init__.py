"""What links in mails lead to: a token enters; a page that asks, or does what its form says, leaves."""
