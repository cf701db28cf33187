"""Ways for a mail to leave: a folder, SMTP, SendGrid.

Enters: an `Email`. Leaves: a `Receipt`, or an error that says whether it may have gone out and whose fault it is.
"""
