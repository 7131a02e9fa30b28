"""What other tools hear of calls: Webhook, Notification, Server Script, Assignment Rule, and other apps."""
