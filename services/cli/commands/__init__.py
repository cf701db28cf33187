"""What can be said to `jobchime`, a module a subject: arguments enter; what a use case did, printed, leaves."""
