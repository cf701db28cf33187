"""What subscribers reach over HTTP: a request and the link in it enter; a page, and what a use case did, leave."""
