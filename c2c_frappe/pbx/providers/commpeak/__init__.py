"""CommPeak: Click2Call, PBX Stats and its webhooks."""
