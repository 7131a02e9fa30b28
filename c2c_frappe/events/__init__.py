"""An event: what a PBX reports of a call, by webhook, listener, call record or file, on its way to the call's row."""
